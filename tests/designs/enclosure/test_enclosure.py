"""The enclosure: every case built and measured, rules by their sentences, and all boards of KiCad's demos."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import manifold3d
import numpy as np
import pytest
import shapely

from fabwright.design import configure
from fabwright.errors import BuildError, InputFileError, OptionErrors
from fabwright.geometry.inspect import inspect_solids, nominal_of
from fabwright.geometry.kernel import run_single_threaded
from fabwright.geometry.kicad.reader import read_board
from fabwright.geometry.tessellate import tessellate
from fabwright.model import Attachment, Fits, FlatPart, Making, Mesh, Nominal, Part, Severity
from fabwright.store.releases import Case, read_release

RELEASE = read_release(Path(__file__).parents[3] / "designs" / "enclosure")
DESIGN = RELEASE.load()
PACKAGE = DESIGN.build.__module__.rpartition(".")[0]
design, layout_of, panels, sheet, solid, lettering, fasteners, known = (import_module(f"{PACKAGE}.{name}") for name in (
    "design", "layout", "panels", "sheet", "solid", "lettering", "fasteners", "known_boards"))
CASES = RELEASE.cases()
PRINTED = [c for c in CASES if "fdm" in c.classes]
CUT = [c for c in CASES if "laser" in c.classes]
BORE_MORE_MM = 0.2
FITS = Fits(0.05, 0.12, 0.3, "chosen for these tests")
DEMOS = Path("/usr/share/kicad/demos")


def printing(**changes: Any) -> Making:
    return Making(**{"machine_class": "fdm", "process": "extrusion", "form": "solid", "material": "petg", "fits": FITS,
                     "hole_compensation_mm": BORE_MORE_MM, "min_wall_mm": 0.8, **changes})


def cutting(**changes: Any) -> Making:
    return Making(**{"machine_class": "laser", "process": "beam", "form": "sheet", "material": "acrylic", "fits": FITS,
                     "stock_thickness_mm": 2.87, "kerf_mm": 0.2, **changes})


def order(options: Mapping[str, Any]) -> Any:
    raw = dict(options)
    if isinstance(raw.get("board_file"), str):
        path = RELEASE.folder / raw["board_file"]
        raw["board_file"] = Attachment(path.name, path.read_bytes())
    return configure(DESIGN.options, raw, "enclosure", "1.0.0").typed


def build(options: Any, making: Making) -> Part:
    run_single_threaded()
    part = DESIGN.build(options, making)
    assert isinstance(part, Part)
    return part


def case(name: str) -> Case:
    return next(c for c in CASES if c.name == name)


@cache
def printed(name: str) -> tuple[Any, Any, Part]:
    options = order(case(name).options)
    return options, layout_of.lay_out(design.board_of(options), options, printing()), build(options, printing())


@cache
def cut(name: str) -> tuple[Any, Any, Part]:
    options = order(case(name).options)
    return options, panels.lay_out_sheet(design.board_of(options), options, cutting()), build(options, cutting())


def bodies(part: Part) -> tuple[Any, Any]:
    base, lid = part.bodies
    assert (base.name, lid.name) == ("base", "lid")
    return base.solid, lid.solid


def inside(shape: Any, x: float, y: float, z: float) -> bool:
    return bool(shape.isInside((x, y, z), 1e-6))


def meshed(shape: Any) -> manifold3d.Manifold:
    """The shape in a kernel that shares nothing with the one it was built in."""
    return manifold_of(tessellate(shape, "shape"))


def manifold_of(mesh: Mesh) -> manifold3d.Manifold:
    return manifold3d.Manifold(manifold3d.Mesh64(mesh.vertices, mesh.triangles.astype(np.uint64)))


@cache
def nominal(name: str) -> Nominal:
    return nominal_of(printed(name)[2])


@cache
def meshes(name: str) -> tuple[manifold3d.Manifold, manifold3d.Manifold]:
    """Base and lid as they stand assembled; the lid's mesh lies on its top face."""
    base, lid = (manifold_of(m) for m in nominal(name).meshes)
    return base, lid.rotate((180.0, 0.0, 0.0)).translate((0.0, 0.0, printed(name)[1].height))


def board_mesh(board: Any, bottom: float, top: float) -> manifold3d.Manifold:
    plate = manifold3d.CrossSection([board.outline], manifold3d.FillRule.Positive)
    whole = manifold3d.Manifold.extrude(plate, top - bottom).translate((0.0, 0.0, bottom))
    for connector in board.connectors:
        low, high = solid.connector_heights(connector, bottom, top)
        whole += block(connector.rect_mm, low, high)
    return whole


def block(rect: tuple[float, float, float, float], low: float, high: float) -> manifold3d.Manifold:
    cube = manifold3d.Manifold.cube((rect[2] - rect[0], rect[3] - rect[1], high - low))
    return cube.translate((rect[0], rect[1], low))


def shared_mm3(a: manifold3d.Manifold, b: manifold3d.Manifold) -> float:
    return float((a ^ b).volume())


def polygon(part: FlatPart, holes: bool = True) -> shapely.Polygon:
    cuts = [h.vertices[:, :2] for h in part.holes if len(h.vertices) > 2] if holes else []
    return shapely.Polygon(part.outline.vertices[:, :2], cuts)


def refusals(options: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    with pytest.raises(OptionErrors) as caught:
        order(options)
    return [(p.path, p.message, p.nearest) for p in caught.value]


# --- the printed form


@pytest.mark.parametrize("name", [c.name for c in PRINTED])
def test_printed_case(name: str) -> None:
    _, layout, part = printed(name)
    expect = case(name).expect
    base, lid = meshes(name)
    assert [f for f in inspect_solids(part, nominal(name)) if f.severity is Severity.ERROR] == []
    board = board_mesh(layout.board, layout.bottom, layout.top)
    assert board.volume() > 0.9 * shapely.Polygon(layout.board.outline).area * layout.board.thickness_mm
    assert shared_mm3(base, board) < 0.1
    assert shared_mm3(lid, board) < 0.1
    assert shared_mm3(base, lid) < 0.1
    assert layout.split - layout.floor == pytest.approx(expect["inside_height_mm"])
    assert len(layout.bosses) == expect["bosses"]
    assert len(layout.openings) == expect["openings"]
    low, high = nominal(name).meshes[0].bounds_mm
    assert (low[2], high[2]) == (0.0, pytest.approx(layout.split, abs=1e-4))
    # The lid is made on its flat top face: everything else of it points up.
    low, high = nominal(name).meshes[1].bounds_mm
    assert low[2] == 0.0
    assert high[2] >= layout.height - layout.split + min(layout.lip_mm, 1.0) - 1e-4
    assert part.bodies[1].making_rotation_deg == (180.0, 0.0, 0.0)


@pytest.mark.parametrize("name", [c.name for c in PRINTED])
def test_bosses_stand_under_the_holes_with_the_bore_of_the_fastener(name: str) -> None:
    _, layout, part = printed(name)
    base, _ = bodies(part)
    for boss in layout.bosses:
        bore = boss.fastening.bore_mm + BORE_MORE_MM
        assert any(math.hypot(h.x_mm - boss.x_mm, h.y_mm - boss.y_mm) < 1e-9 for h in layout.board.holes)
        z = layout.bottom - boss.fastening.depth_mm
        assert not inside(base, boss.x_mm, boss.y_mm, layout.bottom - 0.01)
        assert not inside(base, boss.x_mm, boss.y_mm, z + 0.05)
        assert inside(base, boss.x_mm, boss.y_mm, z - 0.05)
        for turn in (0.3, 2.4, 4.5):
            x, y = math.cos(turn), math.sin(turn)
            for radius, there in ((bore / 2 - 0.05, False), (bore / 2 + 0.05, True), (bore / 2 + 1.0, True)):
                assert inside(base, boss.x_mm + radius * x, boss.y_mm + radius * y, layout.bottom - 0.3) is there
        gap = layout.inner.exterior.distance(shapely.Point(boss.x_mm, boss.y_mm)) - boss.diameter_mm / 2.0
        assert not -0.4 + 1e-6 < gap < 0.5 - 1e-6 or gap == pytest.approx(-0.4, abs=1e-6)


@pytest.mark.parametrize("name", ["defaults", "nano-on-supports", "kicad-8"])
def test_the_lid_fits_by_the_machine_s_sliding_fit(name: str) -> None:
    _, layout, _ = printed(name)
    base, lid = meshes(name)
    assert layout.lid_gap_mm == pytest.approx(FITS.slide_mm / 2.0)
    # Lifted off the rim, the lid moves sideways by the gap and no further.
    lifted = lid.translate((0.0, 0.0, 0.05))
    assert shared_mm3(base, lifted.translate((0.9 * layout.lid_gap_mm, 0.0, 0.0))) < 1e-6
    assert shared_mm3(base, lifted.translate((1.2 * layout.lid_gap_mm, 0.0, 0.0))) > 1e-3


@pytest.mark.parametrize("name", [c.name for c in PRINTED])
def test_every_connector_is_reached_through_the_wall(name: str) -> None:
    options, layout, _ = printed(name)
    base, lid = meshes(name)
    clearance = options.connector_clearance_mm - 0.01
    for connector in layout.board.connectors:
        low_x, low_y, high_x, high_y = connector.rect_mm
        low_z, high_z = solid.connector_heights(connector, layout.bottom, layout.top)
        out = {"-x": (-99.0, low_y - clearance, low_x, high_y + clearance),
               "+x": (high_x, low_y - clearance, 399.0, high_y + clearance),
               "-y": (low_x - clearance, -99.0, high_x + clearance, low_y),
               "+y": (low_x - clearance, high_y, high_x + clearance, 399.0)}[connector.side]
        way = block(out, low_z, high_z)
        assert shared_mm3(base, way) < 1e-6
        assert shared_mm3(lid, way) < 1e-6


def test_the_walls_are_as_thick_as_ordered() -> None:
    options, layout, part = printed("uno-thick-and-round")
    base, _ = bodies(part)
    y, z = 25.0, layout.floor + 1.0
    right = layout.board.size_mm[0] + options.gap_mm
    assert not inside(base, right - 0.02, y, z)
    assert inside(base, right + 0.02, y, z)
    assert inside(base, right + options.wall_mm - 0.02, y, z)
    assert not inside(base, right + options.wall_mm + 0.02, y, z)
    assert inside(base, 30.0, y, options.floor_mm - 0.02)
    assert not inside(base, 30.0, y, options.floor_mm + 0.02)


def test_corners_have_the_radius_ordered() -> None:
    options, layout, part = printed("uno-thick-and-round")
    base, _ = bodies(part)
    corner = np.array([-options.gap_mm - options.wall_mm] * 2)
    centre = corner + options.corner_radius_mm
    diagonal = np.array([-1.0, -1.0]) / math.sqrt(2.0)
    z = layout.floor + 1.0
    assert inside(base, *(centre + diagonal * (options.corner_radius_mm - 0.02)), z)
    assert not inside(base, *(centre + diagonal * (options.corner_radius_mm + 0.02)), z)


def test_label_and_vents_take_off_what_their_outlines_say() -> None:
    options, layout, part = printed("pi-zero-labelled")
    _, lid = bodies(part)
    bare = build(order({**case("pi-zero-labelled").options, "label": "", "vents": False}), printing())
    _, plain = bodies(bare)
    lid_module, face_module = import_module(f"{PACKAGE}.lid"), import_module(f"{PACKAGE}.face")
    face = lid_module.label_face(layout)
    strokes, taken = face_module.lettering(face, options.label)
    slots = face_module.vents(face.difference(taken.buffer(2.0, join_style="mitre")))
    assert len(slots) >= 3
    engraved = sum(g.area for g in face_module.grooves(strokes)) * lid_module.STROKE_DEPTH_MM
    slotted = sum(shapely.Polygon(layout_of.contour_points(s, 64)).area for s in slots) * options.floor_mm
    assert plain.Volume() - lid.Volume() == pytest.approx(engraved + slotted, rel=0.01)


def test_hardware_and_dimensions_are_told() -> None:
    _, _, part = printed("defaults")
    assert [(h.name, h.quantity) for h in part.hardware] == [
        ("pan head machine screw M3 x 5", 4), ("heat-set insert ruthex M3x4.0 short", 4),
        ("pan head machine screw M3 x 6", 4), ("heat-set insert ruthex M3x5.7", 4)]
    found = {d.name: d for d in part.critical_dimensions}
    first = found["hole pattern, boss 1 to 2"]
    assert first.nominal == pytest.approx(math.hypot(66.04 - 13.97, 7.62 - 2.54))
    assert (first.plus, first.minus) == (0.2, 0.2)
    bore = found["insert bore M3"]
    assert (bore.nominal, bore.plus, bore.minus) == (4.0, 0.1, 0.0)
    assert found["lid gap, per side"].nominal == pytest.approx(0.15)
    opening = found["opening for USB-B, width"]
    assert (opening.nominal, opening.plus, opening.minus) == (pytest.approx(12.1 + 2 * 0.6), 0.3, 0.0)
    assert len(part.assembly) >= 3
    assert part.datums[0].name.startswith("board")


def test_a_connector_taller_than_the_box_opens_the_lid_and_says_so() -> None:
    _, _, part = printed("pi-4-open-lid")
    told = [f for f in part.findings if f.check == "lid-open"]
    assert told
    assert told[0].severity is Severity.NOTE
    assert "the lid is open there" in told[0].message
    _, _, closed = printed("pi-4-closed-lid")
    assert not [f for f in closed.findings if f.check == "lid-open"]


def test_the_same_order_builds_the_same_solid() -> None:
    options, _, part = printed("pi-zero-low")
    again = build(options, printing())
    for a, b in zip(part.bodies, again.bodies, strict=True):
        assert a.solid.Volume() == b.solid.Volume()
        assert [v.toTuple() for v in a.solid.Vertices()] == [v.toTuple() for v in b.solid.Vertices()]


# --- the sheet form


@pytest.mark.parametrize("name", [c.name for c in CUT])
def test_cut_case(name: str) -> None:
    options, plan, part = cut(name)
    expect = case(name).expect
    assert [s.name for s in part.sheets] == ["base", "front wall", "back wall", "left wall", "right wall", "lid"]
    assert plan.inside == pytest.approx(expect["inside_height_mm"])
    assert len(plan.openings) == expect["openings"]
    for flat in part.sheets:
        assert flat.thickness_mm == 2.87
        shape = polygon(flat)
        assert shape.is_valid
        assert shape.exterior.is_ccw
        assert shape.bounds[:2] == (pytest.approx(0.0), pytest.approx(0.0))
        for hole in flat.holes:
            ring = layout_of.contour_points(hole)
            assert not shapely.LinearRing(ring).is_ccw
            assert shape.buffer(1e-6).covers(shapely.Polygon(ring)) or len(hole.vertices) > 2
    assert bool(part.sheets[-1].engravings) is bool(options.label)
    assert all(not e.closed for e in part.sheets[-1].engravings)


@pytest.mark.parametrize("name", [c.name for c in CUT])
def test_panels_stand_together_without_overlap_around_the_board(name: str) -> None:
    _, plan, _ = cut(name)
    polygons = {"base": panels.plate(plan, False, []), "lid": panels.plate(plan, True, []),
                **{title: panels.wall(plan, side) for side, title in panels.SIDES.items()}}
    solids = sheet.standing(plan, polygons)
    pieces = [meshed(s) for s in solids.values()]
    board = board_mesh(plan.board, plan.bottom, plan.top)
    assert all(shared_mm3(p, board) < 0.1 for p in pieces)
    whole = (plan.high_x - plan.low_x + 2 * plan.thickness, plan.high_y - plan.low_y + 2 * plan.thickness,
             plan.inside + 2 * plan.thickness)
    union = manifold3d.Manifold.batch_boolean(pieces, manifold3d.OpType.Add)
    box = union.bounding_box()
    assert (box[3] - box[0], box[4] - box[1], box[5] - box[2]) == pytest.approx(whole, abs=1e-4)
    # Their sum is the volume they fill together: nothing is counted twice.
    assert sum(p.volume() for p in pieces) == pytest.approx(union.volume(), rel=1e-6)


def test_fingers_are_as_deep_as_the_measured_sheet_and_leave_the_fit() -> None:
    _, plan, part = cut("nano-on-supports")
    flat = {s.name: polygon(s) for s in part.sheets}
    t = plan.thickness
    assert flat["front wall"].bounds[3] == pytest.approx(plan.inside + 2 * t)
    assert flat["front wall"].bounds[2] == pytest.approx(plan.high_x - plan.low_x + 2 * t)
    row = plan.row("-y")
    assert row.count % 2 == 1
    assert row.count >= 3
    slot = row.pitch_mm
    for low, clearance in ((0.0, FITS.press_mm), (plan.inside + t, FITS.snug_mm)):
        strip = flat["front wall"].intersection(shapely.box(-1.0, low + 0.1, 999.0, low + t - 0.1))
        widths = [g.bounds[2] - g.bounds[0] for g in strip.geoms]
        assert len(widths) == row.count // 2
        assert widths == pytest.approx([slot - clearance] * len(widths))


def test_an_upright_edge_is_filled_by_both_walls_but_for_the_fit() -> None:
    _, plan, _ = cut("defaults")
    t, height = plan.thickness, plan.inside
    front = panels.wall(plan, "-y").intersection(shapely.box(plan.low_x - t, 0.0, plan.low_x, height)).area
    left = panels.wall(plan, "-x").intersection(shapely.box(plan.low_y - t, 0.0, plan.low_y, height)).area
    joints = plan.along_z.count - 1
    assert front + left == pytest.approx(t * (height - joints * plan.glued_mm / 2.0))
    assert min(front, left) > 0.25 * t * height


def test_the_drawing_is_nominal_whatever_the_kerf() -> None:
    options, _, part = cut("nano-on-supports")
    other = build(options, cutting(kerf_mm=0.4))
    for a, b in zip(part.sheets, other.sheets, strict=True):
        assert np.array_equal(a.outline.vertices, b.outline.vertices)


def test_base_holes_follow_the_board() -> None:
    _, plan, part = cut("defaults")
    base = part.sheets[0]
    t = plan.thickness
    corner = np.array([plan.low_x - t, plan.low_y - t])
    centres = [h.vertices[:, :2].mean(axis=0) + corner for h in base.holes]
    assert [tuple(np.round(c, 6)) for c in centres] == [(h.x_mm, h.y_mm) for h in plan.board.holes]
    assert [h.vertices[1, 0] - h.vertices[0, 0] for h in base.holes] == pytest.approx([3.4] * 4)


def test_no_sheet_thickness_and_round_cutters_are_refused() -> None:
    options = order({"board": "arduino-nano"})
    with pytest.raises(BuildError, match="needs the measured thickness of the sheet"):
        build(options, cutting(stock_thickness_mm=None))
    with pytest.raises(BuildError, match="fingers need sharp inside corners, this machine leaves 1 mm"):
        build(options, cutting(min_inner_radius_mm=1.0))


def test_sheet_too_thick_for_three_fingers_is_refused() -> None:
    with pytest.raises(BuildError, match=r"inner height is 13\.6 mm long, too short for three fingers in sheet of 5"):
        build(order({"height_above_board_mm": 8.0}), cutting(stock_thickness_mm=5.0))


# --- rules


@pytest.mark.parametrize(("options", "path", "words", "nearest"), [
    ({"corner_radius_mm": 12}, "corner_radius_mm", "gives an inside radius of 10.00 mm", 4.5),
    ({"corner_radius_mm": 2, "chamfer_mm": 1.8, "floor_mm": 3}, "chamfer_mm", "it may be at most 1.75 mm", 1.7),
    ({"chamfer_mm": 2.0}, "chamfer_mm", "lid of 2 mm keep an edge of 0.4 mm, so it may be at most 1.6 mm", 1.6),
    ({"corner_radius_mm": 0}, "chamfer_mm", "with a corner radius of 0 mm it may be at most 0 mm", 0.0),
    ({"standoff_mm": 2}, "standoff_mm", "leaves a boss 3.20 mm deep", 3.5),
    ({"board": "arduino-nano", "corner_radius_mm": 10, "gap_mm": 3}, "corner_radius_mm", "more than half the board's",
     9.0),
    ({"board": "arduino-nano", "label": "A LABEL FAR TOO LONG"}, "label", "the lid has room for 37.0 mm; shorten it",
     None),
    ({"board": "file"}, "board_file", "needs a .kicad_pcb, because board is 'file'", None),
    ({"label": "Grüße"}, "label", "must match the pattern", None),
])
def test_rules_blame_one_option_with_its_limit(options: dict[str, Any], path: str, words: str, nearest: Any) -> None:
    (found,) = refusals(options)
    assert found[0] == path
    assert words in found[1]
    assert found[2] == nearest


def test_a_board_by_name_and_by_file_is_a_contradiction() -> None:
    file = Attachment("b.kicad_pcb", (RELEASE.folder / "example_boards" / "relay-v6.kicad_pcb").read_bytes())
    (found,) = refusals({"board": "raspberry-pi-4", "board_file": file, "standoff_mm": 9})
    assert found == ("board", "is 'raspberry-pi-4', but a board file was given as well; leave one of them out", "file")


@pytest.mark.parametrize("folder", sorted((Path(__file__).parents[2] / "bad").glob("kicad-*")), ids=lambda f: f.name)
def test_a_bad_board_file_is_refused_when_it_is_ordered(folder: Path) -> None:
    data = (folder / "input.kicad_pcb").read_bytes()
    ((path, message, _),) = refusals({"board_file": Attachment("input.kicad_pcb", data)})
    assert path == "board_file"
    assert message.startswith((folder / "expected.txt").read_text().strip()) or not data


def test_a_board_file_over_the_limit_or_misnamed_is_refused() -> None:
    ((path, message, _),) = refusals({"board_file": Attachment("b.kicad_pcb", b"(" * 50_000_000)})
    assert path == "board_file"
    assert "takes at most 33554432 bytes" in message
    ((_, message, _),) = refusals({"board_file": Attachment("b.kicad_sch", b"(kicad_sch)")})
    assert "needs a file (.kicad_pcb)" in message


# --- boards by name, letters, fasteners


@pytest.mark.parametrize("name", list(known.BOARDS))
def test_known_boards_are_sound(name: str) -> None:
    board = known.known_board(name)
    outline = shapely.Polygon(board.outline)
    assert outline.is_valid
    assert outline.exterior.is_ccw
    assert outline.bounds[:2] == pytest.approx((0.0, 0.0))
    for hole in board.holes:
        assert outline.contains(shapely.Point(hole.x_mm, hole.y_mm).buffer(hole.diameter_mm / 2.0))
    assert all(c.source for c in board.connectors)


def test_hole_patterns_of_the_known_boards() -> None:
    def span(name: str) -> tuple[float, float]:
        holes = known.known_board(name).holes
        return (round(max(h.x_mm for h in holes) - min(h.x_mm for h in holes), 3),
                round(max(h.y_mm for h in holes) - min(h.y_mm for h in holes), 3))
    assert span("raspberry-pi-4") == (58.0, 49.0)
    assert span("raspberry-pi-zero") == (58.0, 23.0)
    assert span("arduino-uno") == (52.07, 48.26)


def test_every_letter_the_label_takes_can_be_drawn() -> None:
    import re
    for code in range(32, 127):
        letter = chr(code)
        if re.fullmatch(lettering.LABEL_PATTERN, letter):
            strokes = lettering.text_strokes(letter, 6.0)
            assert bool(strokes) is (letter != " ")
            assert all(np.abs(s[:, 1]).max() <= 3.0 for s in strokes)


def test_the_longest_insert_that_fits_is_taken() -> None:
    m3 = fasteners.thread_named("M3")
    assert fasteners.fastening_in(m3, True, 9.0).insert.sku == "ruthex M3x5.7"
    assert fasteners.fastening_in(m3, True, 5.2).insert.sku == "ruthex M3x4.0 short"
    assert fasteners.fastening_in(m3, True, 4.0) is None
    assert [t.name for t in fasteners.threads_through(3.2)] == ["M3", "M2.5"]
    assert fasteners.threads_through(2.0) == ()


@pytest.mark.parametrize("wall", [1.2, 2.0, 2.9, 3.7])
@pytest.mark.parametrize("chamfer", [0.0, 0.6, 1.6])
def test_no_cylinder_of_a_lug_touches_a_plane_of_the_wall(wall: float, chamfer: float) -> None:
    diameters, planes = (7.2, 4.2, 3.6), (wall, wall - chamfer)
    stand_off = layout_of.lug_stand_off_mm(diameters, planes)
    assert stand_off >= 3.6 + 0.2 - 1e-9
    assert all(abs(abs(stand_off - p) - d / 2) > 0.2 - 1e-9 for p in planes for d in diameters)


# --- sampled orders


def sampled(seed: int) -> dict[str, Any]:
    """A random order, each refused option moved to the nearest valid value that its refusal names."""
    rng = np.random.default_rng(seed)

    def grid(low: float, high: float, step: float) -> float:
        return round(low + step * float(rng.integers(0, round((high - low) / step) + 1)), 3)

    boards = [*known.BOARDS, "sensor-node-v5", "relay-v6", "badge-v8"]
    board = str(rng.choice(boards))
    options: dict[str, Any] = {
        "height_above_board_mm": grid(3, 40, 0.5), "standoff_mm": grid(2, 10, 0.5), "gap_mm": grid(0.3, 3, 0.05),
        "connector_clearance_mm": grid(0.2, 2, 0.1), "wall_mm": grid(1.2, 4, 0.1), "floor_mm": grid(1.2, 5, 0.1),
        "corner_radius_mm": grid(0, 20, 0.5), "chamfer_mm": grid(0, 3, 0.1), "vents": bool(rng.integers(0, 2)),
        "fastening": str(rng.choice(["heat-set", "self-tap"])), "label": str(rng.choice(["", "AB", "Label 12"])),
        **({"board": board} if board in known.BOARDS else {"board_file": f"example_boards/{board}.kicad_pcb"})}
    for _ in range(8):
        try:
            order(options)
        except OptionErrors as refusal:
            problem = next(iter(refusal))
            options[problem.path] = problem.nearest if problem.nearest is not None else ""
        else:
            return options
    raise AssertionError(f"no way out of the refusals of {options}")


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(80))
def test_sampled_orders_build_sound(seed: int) -> None:
    options = order(sampled(seed))
    making = printing(hole_compensation_mm=0.1 * (seed % 4), fits=Fits(0.05, 0.12, 0.2 + 0.1 * (seed % 3)))
    part = build(options, making)
    assert [str(f) for f in inspect_solids(part, nominal_of(part)) if f.severity is Severity.ERROR] == []
    refused = ""
    try:
        assert len(build(options, cutting(stock_thickness_mm=(2.87, 4.1)[seed % 2])).sheets) == 6
    except BuildError as refusal:
        refused = str(refusal)
    # The only ways a sheet may be too thick for a box.
    assert not refused or "too short for three fingers" in refused or "cut it into 2 pieces" in refused


# --- all boards that KiCad ships as demonstrations


@pytest.mark.judge
def test_every_board_of_kicad_s_demos_builds_in_both_forms_clear_of_the_box() -> None:
    files = sorted(DEMOS.rglob("*.kicad_pcb"))
    assert len(files) >= 14, "install Debian's kicad-demos"
    failed: list[str] = []
    for path in files:
        try:
            options = order({"board_file": Attachment(path.name, path.read_bytes())})
            board = design.board_of(options)
            part = build(options, printing())
            layout = layout_of.lay_out(board, options, printing())
            stands = board_mesh(board, layout.bottom, layout.top)
            over = [round(shared_mm3(meshed(b.solid), stands), 3) for b in part.bodies]
            errors = [str(f) for f in inspect_solids(part, nominal_of(part)) if f.severity is Severity.ERROR]
            if max(over) > 0.1 or errors:
                failed.append(f"{path.name}: overlaps {over}, {errors}")
            assert len(build(options, cutting()).sheets) == 6
        except (OptionErrors, BuildError, InputFileError) as error:
            failed.append(f"{path.name}: {error}")
    assert failed == []


@pytest.mark.judge
@pytest.mark.parametrize("name", ["video", "StickHub"])
def test_demo_boards_cut_short_are_refused(name: str) -> None:
    data = next(DEMOS.rglob(f"{name}.kicad_pcb")).read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        with pytest.raises(InputFileError, match=f"{name}.kicad_pcb:"):
            read_board(data[: int(share * len(data))], f"{name}.kicad_pcb")
