G21 G90
(LOGOPEN,/tmp/x)
;py,import os
#1=5
o100 call
M2
