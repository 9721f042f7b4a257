"""The bounds and tolerances of reading a program, each with where it comes from."""

from __future__ import annotations

from typing import Final

#: Largest program read, bytes. Chosen: ten times the largest file the planners make.
PROGRAM_MAX_BYTES: Final = 128 * 1024 * 1024
#: Errors and warnings listed one by one before a summary takes over. Chosen: what a person reads.
FINDINGS_LISTED: Final = 50
#: Largest magnitude of any number in a motion word, mm or mm/min. Chosen: 1 km, more than a spool holds.
NUMBER_MAX: Final = 1.0e6
#: Bytes of one line beyond which nothing is read. Chosen: twice what the longest outline of an object takes.
LINE_RAW_MAX: Final = 131072
#: Characters of a command a firmware keeps once comments are gone: Marlin's MAX_CMD_SIZE is 96 with the closing zero.
MARLIN_LINE_MAX: Final = 95
#: RepRapFirmware's MaxGcodeLength is 256 with the closing zero.
REPRAP_LINE_MAX: Final = 255
#: Klipper has no bound; an exclude-object outline can be long. Chosen.
KLIPPER_LINE_MAX: Final = 65536
#: GRBL 1.1 keeps LINE_BUFFER_SIZE = 80 with the closing zero, after spaces and comments are removed.
GRBL_LINE_MAX: Final = 79
#: GRBL 1.1's serial receive buffer; a longer raw line cannot be handed over whole.
GRBL_RAW_MAX: Final = 127
#: LinuxCNC's LINELEN is 255 with the closing zero ("Program: Line" in its G-code overview allows 255 characters).
LINUXCNC_LINE_MAX: Final = 254
#: GRBL 1.1 refuses (error 33) an arc whose radii differ by more than 0.5 mm, or by over 0.005 mm and 0.1 percent.
GRBL_ARC_MM: Final = 0.005
GRBL_ARC_GROSS_MM: Final = 0.5
#: LinuxCNC: CENTER_ARC_RADIUS_TOLERANCE_MM defaults to 0.00127; grossly wrong is a hundred times that.
LINUXCNC_ARC_MM: Final = 0.00127
#: Both allow this share of the radius beyond the fine limit.
ARC_RELATIVE: Final = 0.001
#: Marlin and Klipper check nothing and end a bad arc with a straight jump. Chosen: a tenth of a usual bead width.
EXTRUDER_ARC_MM: Final = 0.05
#: Rise of the nozzle's target that needs no new wait, degrees C. Chosen: slicers change between layers by about this.
NOZZLE_STEP_C: Final = 20.0
