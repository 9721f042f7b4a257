"""Toolpath to text: one emitter per controller, one template per program.

`post(toolpath, dialect, identity)` turns typed moves and events into the named files a controller runs. It translates
and nothing else: the order of events, the safety of moves and what happens first and last are the machine class's
business. It never reads a file: `Dialect.template` is the text of `templates/<controller>/program.gcode.j2`.

Controllers: `marlin`, `klipper` and `reprap` (.gcode), `bambu` (.gcode.3mf, experimental), `grbl` (.nc), `linuxcnc`
(.ngc).

What a template sees
--------------------
`body` (once), `identity`, `facts`, `settings`, `thumbnails` (each with width, height, length, lines), all already text.
`identity` has generator, design, variant, machine, material (all five are required).

Facts that the controllers of printers (`marlin`, `klipper`, `reprap`, `bambu`) require (`ToolpathFile.facts`; a
missing one is a PostError naming it)::

    filament_diameter_mm  filament_density_g_cm3  filament_used_mm  filament_used_cm3  filament_used_g
    layer_count  estimated_time_s  layer_height_mm  first_layer_height_mm  nozzle_diameter_mm
    filament_type  filament_colour  nozzle_temperature_c  first_layer_nozzle_temperature_c
    bed_temperature_c  first_layer_bed_temperature_c  printer_model  max_z_mm  object_height_mm

`grbl` and `linuxcnc` require none. The optional fact `title` is printed by all, `estimated_time_s` by the
latter two also. `estimated_time_s` reaches the template as `facts.estimated_time_text` ("1d 2h 3m 4s").

Settings (`Dialect.settings`, the profile's `[controller]` table; unknown keys are left alone)
-----------------------------------------------------------------------------------------------
=====================  ===========  ==================================================================================
key                    controllers  meaning (default)
=====================  ===========  ==================================================================================
coord_decimals         all          places of X Y Z, 1 to 4 (3); I and J get one more
feed_decimals          all          places of F, 0 to 3 (0 for printers, 1 for grbl and linuxcnc)
flavour                marlin       "prusa" or "marlin2" ("marlin2")
pressure_advance_word  marlin       "M572" or "M900" (M572 for prusa, M900 for marlin2)
printer_check          marlin       model name for M862.3 P (no check)
object_words           marlin,      "M486" labels objects for the firmware (comments only)
                       reprap
arcs                   printers     true: G2 and G3 are available (false: an arc is a PostError)
after_home             printers     comma-separated levelling words sent after a full homing (none): G29, M420 S1
                                    (marlin); QUAD_GANTRY_LEVEL, Z_TILT_ADJUST, G28 Z, BED_MESH_CALIBRATE,
                                    BED_MESH_PROFILE LOAD=default (klipper); G32, G29, G29 S1, G28 Z (reprap); G29,
                                    G29 A, M975 S1 (bambu)
pause_word             marlin,      "M0", "M600" or "M601": Pause stops with it (none: Pause is a PostError); reprap:
                       reprap       "M226" or "M600" (M226); bambu always pauses with M400 U1
model_id               bambu        how the maker's software names the printer, such as N2S; required
pause                  klipper      true: `[pause_resume]` is configured, Pause is PAUSE (false: a PostError)
progress               klipper      true: M73 is known there, `[display_status]` (false: a comment)
exclude_object         klipper      true: `[exclude_object]` is configured (true)
s_max                  grbl         largest S word ($30); S of a beam = power / power_max_w * s_max; a spindle's rpm may
                                    not exceed it
power_max_w            grbl         beam power at s_max
air_assist_word        grbl,        "M7" or "M8" switches air on, M9 off (none: AirAssist is a PostError)
                       linuxcnc
rpm_max                linuxcnc     largest spindle speed (no limit)
tool_changer           linuxcnc     true: ToolChange is T M6 G43 H (false: a PostError)
homed                  linuxcnc     true: G53 G0 Z0 before a tool change and at the end (false: never G53)
path_tolerance_mm      linuxcnc     P of G64 (0.005)
=====================  ===========  ==================================================================================

Rules of the text
-----------------
- A word that did not change is not repeated; a move that changes nothing after rounding is left out. After Home and
  ToolChange the position counts as unknown: the next move writes every axis, and if it is a RAPID, Z alone first
  (`G0 Z5` then `G0 X10 Y20`), so the first move of every program is a move in Z.
- A program whose z is 0 throughout is flat: it has no Z word.
- RAPID is G0, with F on printers, without on grbl and linuxcnc. A move in Z alone on printers is always
  `G1 Z.. F..`, which is where print hosts read the heights.
- E is relative (M83); the rounding error is carried, so that the sum of E words is the rounded sum of `e_mm`.
- Actions that a controller has no word for raise PostError with the event, the controller and a remedy. Annotations
  (LayerStart, RoleStart, ObjectStart, ObjectEnd, Progress, Remark) become comments where there is no word.
- BeamOn: `M4 S..` (dynamic) or `M3 S..`; BeamOff, SpindleOff: `M5`; SpindleOn: `M3 S<rpm>` and `G4 P<s>`.
"""

from __future__ import annotations

from fabwright.post.actions import action_lines
from fabwright.post.program import post

__all__ = ["action_lines", "post"]
