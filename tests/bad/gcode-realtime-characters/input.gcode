G21 (ready?)
G0 X1 ; go!
M30
