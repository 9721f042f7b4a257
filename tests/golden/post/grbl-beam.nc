; Fabwright 0.1.0
; Bracket, rough
; design: bracket@1.2.0
; variant: 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
; machine: some-machine
; material: some-material
; estimated time: 1m 15s
G21 G90 G94 G17 G54
M5
G0 X5 Y5
M4 S300
G1 X45 F480
G3 X45 Y15 I0 J5
G1 X5
G1 Y5
M5
G0 X0 Y0
M5
M2
