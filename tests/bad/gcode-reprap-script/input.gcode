G28
if move.axes[0].homed
M98 P"prime.g"
G1 X{10+1} F600
var speed = 5
G1 X5 F600
