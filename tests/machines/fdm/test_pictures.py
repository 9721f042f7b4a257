import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fabwright.errors import UsageError
from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.machines.fdm.pictures.deviation import COLOURS, MISSING, OUTSIDE
from fabwright.machines.fdm.pictures.laid import laid
from fabwright.machines.fdm.pictures.layer import palette
from fabwright.machines.fdm.pictures.sheet import BASE_COLOURS, EDGE_PX
from fabwright.machines.fdm.settings import CUSTOM, EXTERNAL, SKIRT
from fabwright.model import Verdict


def indices(data):
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "P"
        return np.asarray(image)


def deviation(printed, trace, number):
    job = (printed.nominal, printed.plan.setup)
    return indices(MACHINE_CLASS.layer_pictures(trace, number, printed.machine, job)["deviation"])


def drawing(pixels):
    """The drawing without title and key."""
    return pixels[EDGE_PX + 30:-80]


def test_a_good_layer_shows_its_roles_and_no_deviation(holed):
    job = (holed.nominal, holed.plan.setup)
    pictures = MACHINE_CLASS.layer_pictures(holed.trace, 10, holed.machine, job)
    assert sorted(pictures) == ["deviation", "layer"]
    seen = set(np.unique(indices(pictures["layer"])).tolist())
    assert len(BASE_COLOURS) + EXTERNAL in seen
    assert len(BASE_COLOURS) + CUSTOM not in seen
    assert max(seen) < len(palette())
    shown = drawing(indices(pictures["deviation"]))
    assert np.count_nonzero(shown == OUTSIDE) == 0
    assert np.count_nonzero(shown == MISSING) < 0.002 * shown.size
    first = MACHINE_CLASS.layer_pictures(holed.trace, 1, holed.machine, None)
    assert sorted(first) == ["layer"]
    assert len(BASE_COLOURS) + SKIRT in np.unique(indices(first["layer"]))


def test_external_walls_cover_their_true_area(holed):
    pixels = drawing(indices(MACHINE_CLASS.layer_pictures(holed.trace, 10, holed.machine, None)["layer"]))
    found = laid(holed.trace, 1.75)
    rows = found.rows(9)
    role = len(BASE_COLOURS) + EXTERNAL
    edge = role + len(palette()) - len(BASE_COLOURS) - (len(palette()) - len(BASE_COLOURS)) // 2
    width, inner = pixels.shape[1], pixels.shape[1] - 2 * EDGE_PX
    assert width == 1600
    points = np.concatenate([found.beads.a[rows], found.beads.b[rows]])
    scale = inner / float(np.ptp(points[:, 0]) + 3.0)
    area = np.count_nonzero((pixels == role) | (pixels == edge)) / scale ** 2
    mine = rows[found.beads.role[rows] == EXTERNAL]
    laid_mm2 = float((found.beads.length_mm * 2.0 * found.beads.radius_mm)[mine].sum())
    # Neighbouring walls lie over a little of its edge.
    assert area == pytest.approx(laid_mm2, rel=0.1)


def test_a_shifted_layer_and_a_missing_wall_are_seen(holed):
    trace, layer = holed.trace, 9
    rows = np.flatnonzero((trace.layer == layer) & (trace.e_mm > 0.0))
    start, end = trace.start.copy(), trace.end.copy()
    start[rows, 0] += 1.0
    end[rows, 0] += 1.0
    shifted = drawing(deviation(holed, replace(trace, start=start, end=end), layer + 1))
    assert np.count_nonzero(shifted == OUTSIDE) > 1000
    assert np.count_nonzero(shifted == MISSING) > 1000
    e = trace.e_mm.copy()
    e[rows[trace.role[rows] == trace.roles.index("External perimeter")]] = 0.0
    bare = drawing(deviation(holed, replace(trace, e_mm=e), layer + 1))
    assert np.count_nonzero(bare == MISSING) > 1000
    assert np.count_nonzero(bare == OUTSIDE) == 0
    assert len(COLOURS) > OUTSIDE


def test_job_pictures_say_which_layers_and_why(holed):
    layers = len(holed.plan.setup.parameters["tops_mm"])
    verdict = Verdict((), {"void_worst_layer": 4.0, "outside_worst_layer": 1.0, "layers": 20.0})
    files = MACHINE_CLASS.pictures((holed.trace,), holed.nominal, holed.plan.setup, holed.machine, verdict)
    assert list(files) == ["layer-0001-first.png", f"layer-{layers // 2 + 1:04d}-middle.png",
                           f"layer-{layers:04d}-last.png", "deviation-0001-first-outside.png",
                           "deviation-0004-void.png"]
    assert sum(len(f) for f in files.values()) < 400_000
    again = MACHINE_CLASS.pictures((holed.trace,), holed.nominal, holed.plan.setup, holed.machine, verdict)
    assert files == again


def test_layers_that_are_not_there_are_refused(holed):
    for number in (0, 21, -3):
        with pytest.raises(UsageError, match=rf"print.*gcode has layers 1 to 20; there is no layer {number}"):
            MACHINE_CLASS.layer_pictures(holed.trace, number, holed.machine, None)


def test_files_without_layer_marks_are_cut_by_height(holed):
    lines = holed.data.split(b"\n")
    bare = b"\n".join(line for line in lines if not line.startswith(b";") or line.startswith(b";TYPE"))
    trace = holed.read(bare)
    assert len(trace.layer_z_mm) == 0
    found = laid(trace, 1.75)
    assert np.allclose(found.grid.tops_mm, laid(holed.trace, 1.75).grid.tops_mm, atol=1e-6)
    assert "layer" in MACHINE_CLASS.layer_pictures(trace, 20, holed.machine, None)


def test_a_program_that_lays_nothing_has_no_layers(holed):
    empty = holed.read(b"G21\nG90\nM83\nG28\nG1 Z5 F600\nG1 X10 Y10 F3000\n")
    with pytest.raises(UsageError, match="lays no beads; there is no layer to show"):
        MACHINE_CLASS.layer_pictures(empty, 1, holed.machine, None)
