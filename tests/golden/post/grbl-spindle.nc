; Fabwright 0.1.0
; Bracket, rough
; design: bracket@1.2.0
; variant: 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
; machine: some-machine
; material: some-material
; estimated time: 1m 15s
G21 G90 G94 G17 G54
M5
G0 Z6
G0 X0 Y0
M3 S12000
G4 P3
G0 X10 Y-10
G1 Z-2 F240
G1 X30 F900
G3 X30 Y10 I0 J10
G2 X30 Y10 Z-3 I5 J0
G1 X10
G0 Z6
M5
M5
M2
