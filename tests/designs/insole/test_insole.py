"""The insole: every case and sampled orders measured on the mesh of the solid, rules by their sentences, covers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from fabwright.design import configure
from fabwright.errors import BuildError, OptionErrors
from fabwright.geometry.contours import discretise, signed_area_mm2
from fabwright.geometry.inspect import mesh_volume_mm3
from fabwright.geometry.kernel import run_single_threaded
from fabwright.geometry.tessellate import tessellate
from fabwright.model import Fits, Floats, Making, Mesh, Part, Severity
from fabwright.store.releases import Case, read_release

RELEASE = read_release(Path(__file__).parents[3] / "designs" / "insole")
DESIGN = RELEASE.load()
PACKAGE = DESIGN.build.__module__.rpartition(".")[0]
field, outline, solid, cover, slope, sizes = (
    import_module(f"{PACKAGE}.{name}") for name in ("field", "outline", "solid", "cover", "slope", "sizes"))
CASES = RELEASE.cases()
PRINTED = [c for c in CASES if "fdm" in c.classes]
CUT = [c for c in CASES if "laser" in c.classes]
MESH_TOLERANCE_MM = 0.05
LEAST_GROUND_MM2 = 0.15
ON_MESH_MM = 0.08


def making(form: str = "solid", thickness_mm: float | None = None, min_wall_mm: float = 0.8) -> Making:
    machine_class = "fdm" if form == "solid" else "laser"
    return Making(machine_class, "extrusion" if form == "solid" else "beam", form, "tpu-95a", Fits(0.0, 0.0, 0.0),
                  stock_thickness_mm=thickness_mm, min_wall_mm=min_wall_mm)


def order(options: Mapping[str, Any]) -> Any:
    return configure(DESIGN.options, options, "insole", "1.0.0").typed


@dataclass(frozen=True)
class Top:
    """Heights of the upper side of a mesh over points, by barycentric coordinates in its triangles."""

    mesh: Mesh

    def __call__(self, x: float, y: float) -> float:
        corners = self.mesh.vertices[self.mesh.triangles]
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        up = area > 1e-9
        a, b, c, area = a[up], b[up], c[up], area[up]
        wb = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
        wc = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / area
        hit = (wb >= -1e-7) & (wc >= -1e-7) & (wb + wc <= 1.0 + 1e-7)
        assert hit.any(), f"nothing above ({x}, {y})"
        return float(((1.0 - wb - wc) * a[:, 2] + wb * b[:, 2] + wc * c[:, 2])[hit].max())


@dataclass(frozen=True)
class Built:
    """A part with what tests measure of it; `medial` is +1 where the medial side of the first body lies at +y."""

    options: Any
    part: Part
    meshes: tuple[Mesh, ...]

    @property
    def dimensions(self) -> Any:
        return self.options.dimensions

    @property
    def medial(self) -> float:
        return 1.0 if self.part.bodies[0].name == "insole-right" else -1.0

    @property
    def middle_mm(self) -> float:
        return float(self.part.datums[0].origin_mm[1])


def built(options: Mapping[str, Any]) -> Built:
    run_single_threaded()
    typed = order(options)
    part = DESIGN.build(typed, making())
    return Built(typed, part, tuple(tessellate(b.solid, b.name, tolerance_mm=MESH_TOLERANCE_MM) for b in part.bodies))


@cache
def case(name: str) -> Built:
    return built(next(c for c in CASES if c.name == name).options)


def integral_mm3(dimensions: Any) -> float:
    """Volume under the field's formula, strip by strip in x between the sides of the outline."""
    shape = outline.outline_of(dimensions)
    polygon = shapely.Polygon(shape.ring)
    pitch = 0.7
    x, y = np.meshgrid(np.arange(pitch / 2, dimensions.length_mm, pitch), np.arange(-80.0, 80.0, pitch), indexing="ij")
    inside = shapely.contains_xy(polygon, x.ravel(), y.ravel())
    return float(field.heights_mm(dimensions, shape, x.ravel()[inside], y.ravel()[inside]).sum()) * pitch**2


def upward(mesh: Mesh) -> tuple[Floats, Floats]:
    """Corners (n, 3, 3) and unit normals (n, 3) of the triangles that face up.

    Left out is what covers little ground or is all but upright: slivers, and facets of the wall, which lean by the
    chord tolerance.
    """
    corners = mesh.vertices[mesh.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(normals, axis=1)
    kept = (normals[:, 2] > 2.0 * LEAST_GROUND_MM2) & (normals[:, 2] > 0.05 * size)
    return corners[kept], normals[kept] / size[kept, None]


def thinnest_mm(mesh: Mesh) -> float:
    """Least height of the top, of which every vertex is a sample."""
    return float(upward(mesh)[0][:, :, 2].min())


def assert_sound(made: Built) -> None:
    """One valid solid a body, the volume of its field, nowhere thinner than its floor."""
    dimensions = made.dimensions
    shape = outline.outline_of(dimensions)
    floor = dimensions.floor_mm if dimensions.length_class == "full" else 1.2
    for body, mesh in zip(made.part.bodies, made.meshes, strict=True):
        assert len(body.solid.Solids()) == 1
        assert body.solid.isValid()
        assert mesh_volume_mm3(mesh) == pytest.approx(integral_mm3(dimensions), rel=0.005)
        low, high = mesh.bounds_mm
        assert low[0] == pytest.approx(0.0, abs=ON_MESH_MM)
        assert low[2] == 0.0
        assert high[0] == pytest.approx(dimensions.length_mm, abs=ON_MESH_MM)
        assert thinnest_mm(mesh) > floor - 0.03
    assert np.ptp(shape.ring[:, 0]) == pytest.approx(dimensions.length_mm, abs=0.01)


@pytest.mark.parametrize("each", PRINTED, ids=[c.name for c in PRINTED])
def test_every_case_builds_sound_and_measures_as_expected(each: Case) -> None:
    made = case(each.name)
    assert_sound(made)
    low, high = made.meshes[0].bounds_mm
    top = Top(made.meshes[0])
    measured = {
        "length_mm": high[0] - low[0], "width_mm": high[1] - low[1], "top_mm": high[2], "bodies": len(made.part.bodies),
        "thinnest_mm": thinnest_mm(made.meshes[0]), "zones": len(made.part.zones),
        "heel_cup_mm": heel_cup(made, top), "rearfoot_post_deg": tilt(made, top, 0.13, 0.05),
    }
    if made.dimensions.length_class != "three_quarter":
        measured["forefoot_post_deg"] = tilt(made, top, 0.68, 0.2)
    for name, wanted in each.expect.items():
        assert measured[name] == pytest.approx(wanted, abs=0.3 if name.endswith("deg") else 0.1), name


def heel_cup(made: Built, top: Top) -> float:
    return top(0.3, made.middle_mm) - top(0.13 * made.dimensions.full_length_mm, made.middle_mm)


def tilt(made: Built, top: Top, share: float, span_share: float) -> float:
    """Angle across, medial side up positive, over a span of so many ball widths either side of the centreline."""
    x, span = share * made.dimensions.full_length_mm, span_share * made.dimensions.ball_width_mm
    rise = top(x, made.middle_mm + made.medial * span) - top(x, made.middle_mm - made.medial * span)
    return math.degrees(math.atan2(rise, 2 * span))


@pytest.mark.parametrize("name", ["eu-42-left", "everything-at-its-highest", "sulcus-with-pad", "three-quarter-dress"])
def test_critical_dimensions_are_what_the_mesh_measures(name: str) -> None:
    made = case(name)
    d, top = made.dimensions, Top(made.meshes[0])
    nominal = {c.name: c for c in made.part.critical_dimensions if c.body == made.part.bodies[0].name}
    low, high = made.meshes[0].bounds_mm
    ring = outline.outline_of(d).ring
    apex_mm = 0.42 * d.full_length_mm
    medial = ring[ring[:, 1] > 0]
    edge = medial[np.abs(medial[:, 0] - apex_mm).argmin(), 1] - 2.0
    measured = {"length": high[0] - low[0], "ball width": high[1] - low[1], "greatest width": high[1] - low[1],
                "heel cup": heel_cup(made, top), "rearfoot post": tilt(made, top, 0.13, 0.05),
                "arch height": top(apex_mm, made.middle_mm + made.medial * edge)}
    if d.length_class != "three_quarter":
        share = {"full": 0.72, "sulcus": 0.68}[d.length_class]
        measured |= {"forefoot post": tilt(made, top, share, 0.2),
                     "forefoot thickness": top(share * d.full_length_mm, made.middle_mm)}
    assert set(nominal) <= set(measured)
    for key, dimension in nominal.items():
        assert measured[key] == pytest.approx(dimension.nominal, abs=dimension.plus / 3), key
    tolerances = {"length": 1.0, "ball width": 1.0, "greatest width": 1.0, "heel cup": 0.5, "arch height": 0.75,
                  "rearfoot post": 0.5, "forefoot post": 0.5, "forefoot thickness": 0.3}
    assert all((c.plus, c.minus) == (tolerances[c.name],) * 2 for c in nominal.values())


def test_the_arch_of_a_left_insole_lies_on_the_right_seen_with_the_toes_ahead() -> None:
    made = case("eu-42-left")
    top, x = Top(made.meshes[0]), 0.42 * made.dimensions.full_length_mm
    assert top(x, -22.0) > top(x, 22.0) + 10.0
    # The ball of the big toe is the one further forward.
    ring = made.meshes[0].vertices
    assert ring[ring[:, 1].argmin(), 0] > ring[ring[:, 1].argmax(), 0] + 10.0


def test_left_and_right_are_mirror_images_side_by_side() -> None:
    made = case("sulcus-with-pad")
    left, right = made.meshes
    assert mesh_volume_mm3(left) == pytest.approx(mesh_volume_mm3(right), rel=1e-4)
    gap = left.bounds_mm[0][1] - right.bounds_mm[1][1]
    assert gap == pytest.approx(10.0, abs=0.1)
    one, other = Top(left), Top(right)
    rng = np.random.default_rng(4)
    for x, y in zip(rng.uniform(20.0, 150.0, 25), rng.uniform(20.0, 60.0, 25), strict=True):
        assert one(x, y) == pytest.approx(other(x, -y), abs=ON_MESH_MM)


def test_no_spike_on_the_top() -> None:
    for name in ("eu-42-left", "everything-at-its-highest", "three-quarter-lifted"):
        made = case(name)
        steep = np.degrees(np.arccos(upward(made.meshes[0])[1][:, 2]))
        assert steep.max() < slope.steepest_deg(made.dimensions) + 2.0
        assert steep.max() < 66.0


@pytest.mark.parametrize("name", ["sulcus-with-pad", "three-quarter-dress", "three-quarter-lifted"])
def test_short_lengths_thin_out_to_the_front(name: str) -> None:
    made = case(name)
    d, top = made.dimensions, Top(made.meshes[0])
    front = outline.outline_of(d).ring
    tip = front[front[:, 0].argmax()]
    y = made.middle_mm + made.medial * tip[1]
    assert 1.19 < top(tip[0] - 1.0, y) < 1.35
    assert d.length_mm < 0.81 * d.full_length_mm


def test_features_add_what_was_ordered() -> None:
    plain = {"side": "right", "arch_mm": 0, "heel_cup_mm": 0, "cover_mm": 0}
    base = order(plain).dimensions
    shape = outline.outline_of(base)
    x, y = np.array([0.13, 0.60, 0.42]) * base.full_length_mm, np.array([0.0, -0.02, 0.285]) * base.ball_width_mm

    def heights(**changes: Any) -> Floats:
        return np.asarray(field.heights_mm(order(plain | changes).dimensions, shape, x, y))

    assert heights().tolist() == [3.0, 3.0, 3.0]
    assert heights(lift_mm=7)[0] == pytest.approx(10.0)
    assert heights(metatarsal_pad_mm=8)[1] == pytest.approx(11.0)
    assert heights(arch_mm=21.5)[2] == pytest.approx(24.5, abs=0.01)


@pytest.mark.parametrize("length_class", ["full", "sulcus", "three_quarter"])
@pytest.mark.parametrize("sign", [1, -1])
def test_no_post_undercuts_the_floor(length_class: str, sign: int) -> None:
    options = {"foot_length_mm": 320, "arch_mm": 0, "heel_cup_mm": 0, "base_mm": 3, "cover_mm": 1.8,
               "length_class": length_class, "rearfoot_post_deg": 8 * sign}
    options |= {} if length_class == "three_quarter" else {"forefoot_post_deg": 6 * sign}
    surface = field.surface_of(order(options).dimensions)
    ring = surface.outline.ring
    # A post is lowest at its thin edge, so the rim shows the least thickness there is.
    assert surface.spline.ev(ring[:, 0], ring[:, 1]).min() > 1.2 - 0.03


def test_building_twice_gives_the_same_mesh() -> None:
    again = built(next(c for c in CASES if c.name == "smallest-foot").options)
    (first,), (second,) = case("smallest-foot").meshes, again.meshes
    assert np.array_equal(first.vertices, second.vertices)
    assert np.array_equal(first.triangles, second.triangles)


def test_part_says_what_a_workshop_needs() -> None:
    part = case("eu-42-left").part
    assert part.datums[0].origin_mm == (0.0, 0.0, 0.0)
    assert any("no medical" in line for line in part.assembly)
    assert "Glue the 1.5 mm cover" in part.assembly[0]
    assert part.findings == ()
    assert part.bodies[0].expected_bounds_mm == pytest.approx((273.0, 96.72, 19.6), abs=0.2)


def test_a_floor_thinner_than_the_process_wants_is_a_warning() -> None:
    flat = order({"side": "left", "arch_mm": 0, "heel_cup_mm": 0})
    (finding,) = solid.make_solids(flat.dimensions, flat.firmness, ("left",), making(min_wall_mm=1.6)).findings
    assert finding.severity is Severity.WARNING
    assert finding.message == ("The floor is 1.50 mm thick below its cover of 1.50 mm; extrusion in tpu-95a asks for "
                               "1.60 mm.")


def test_a_solid_unlike_its_field_is_refused() -> None:
    made = case("flat")
    body, size = made.part.bodies[0].solid, made.part.bodies[0].expected_bounds_mm
    volume = mesh_volume_mm3(made.meshes[0])
    solid.check(body, "flat", volume, size)
    with pytest.raises(BuildError, match=r"flat: the solid holds \d+ mm3, its height field \d+ mm3; .* by 1 %"):
        solid.check(body, "flat", volume * 1.02, size)
    with pytest.raises(BuildError, match=r"flat: the solid measures 2\.50 mm along z, ordered is 3\.00 mm"):
        solid.check(body, "flat", volume, (size[0], size[1], 3.0))


def test_a_form_that_no_insole_has_is_refused() -> None:
    with pytest.raises(BuildError, match="made as a solid or as a sheet, not as 'wire'"):
        DESIGN.build(order({}), making("wire"))


# --- sizes ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("options", "foot_mm"), [
    ({}, 260.0), ({"foot_length_mm": 231.5}, 231.5), ({"eu_size": 42}, 265.0),
    ({"eu_size": 25, "heel_cup_mm": 8}, 151.667),
    ({"eu_size": 50}, 318.333), ({"uk_size": 8}, 262.467), ({"us_men_size": 9}, 262.467),
    ({"us_women_size": 10.5}, 262.467), ({"us_men_size": 15.5}, 317.5), ({"us_women_size": 17}, 317.5)])
def test_a_size_alone_gives_the_foot(options: dict[str, float], foot_mm: float) -> None:
    assert order(options).dimensions.foot_length_mm == pytest.approx(foot_mm, abs=1e-3)


def test_sizes_in_their_ranges_stay_within_the_feet_served() -> None:
    ends = [sizes.from_eu(25), sizes.from_eu(50), sizes.from_uk(0), sizes.from_uk(14.5), sizes.from_us_men(1),
            sizes.from_us_men(15.5), sizes.from_us_women(1), sizes.from_us_women(17)]
    assert all(150.0 <= mm <= 320.0 for mm in ends)


# --- rules ---------------------------------------------------------------------------------------------------------

REFUSED = [
    ({"eu_size": 42, "foot_length_mm": 260}, {"eu_size": "stands for a foot of 265.0 mm, but foot_length_mm already "
                                                         "says 260.0 mm; give one size only"}),
    ({"uk_size": 8, "us_men_size": 9, "us_women_size": 10},
     {"us_men_size": "but uk_size already says 262.5 mm", "us_women_size": "but uk_size already says 262.5 mm"}),
    ({"base_mm": 3.5, "cover_mm": 3}, {"cover_mm": "a base of 3.5 mm less a cover of 3 mm leaves 0.5 mm of floor, at "
                                                   "least 1.2 mm is needed (nearest valid: 2.3)",
                                       "base_mm": "(nearest valid: 4.2)"}),
    ({"eu_size": 25, "heel_cup_mm": 15}, {"heel_cup_mm": "a cup of 15 mm is too high for a heel 37.1 mm wide; 0.3 of "
                                                         "that, 11.1 mm, is the limit (nearest valid: 11.0)"}),
    ({"foot_length_mm": 150, "width_class": 0.93, "arch_mm": 30, "heel_cup_mm": 8},
     {"arch_mm": "65 is the limit for a cover and a cutter to follow"}),
    ({"length_class": "three_quarter", "forefoot_post_deg": 3},
     {"forefoot_post_deg": "applies only when length_class is 'full' or 'sulcus'"}),
]


@pytest.mark.parametrize(("options", "sentences"), REFUSED, ids=[" ".join(s) for _, s in REFUSED])
def test_what_does_not_go_together_is_refused_by_path(options: dict[str, Any], sentences: dict[str, str]) -> None:
    with pytest.raises(OptionErrors) as caught:
        order(options)
    assert [p.path for p in caught.value] == list(sentences)
    for problem in caught.value:
        assert sentences[problem.path] in str(problem)
        if problem.nearest is not None:
            order(options | {problem.path: problem.nearest})


def test_every_cure_for_a_steep_top_is_offered_and_the_most_of_it() -> None:
    options = {"foot_length_mm": 150, "width_class": 0.93, "arch_mm": 30, "heel_cup_mm": 8, "metatarsal_pad_mm": 3}
    with pytest.raises(OptionErrors) as caught:
        order(options)
    (problem,) = caught.value
    assert problem.rule == "slope-climbable"
    assert slope.steepest_deg(order(options | {"arch_mm": problem.nearest}).dimensions) <= 65.0
    with pytest.raises(OptionErrors):
        order(options | {"arch_mm": problem.nearest + 0.5})


# --- covers --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("each", CUT, ids=[c.name for c in CUT])
def test_covers_have_the_outline_of_the_solid(each: Case) -> None:
    typed = order(each.options)
    part = DESIGN.build(typed, making("sheet"))
    assert [s.name for s in part.sheets] == [f"cover-{b}" for b in (
        ("left", "right") if typed.side == "pair" else (typed.side,))]
    ring = outline.outline_of(typed.dimensions).ring
    for sheet in part.sheets:
        assert sheet.thickness_mm == typed.cover_mm
        assert sheet.outline.closed
        assert signed_area_mm2(sheet.outline) == pytest.approx(shapely.Polygon(ring).area, rel=2e-4)
        drawn = shapely.Polygon(discretise(sheet.outline, 0.002))
        side = 1.0 if sheet.name == "cover-right" else -1.0
        shift = drawn.bounds[1] - (side * ring[:, 1]).min()
        moved = shapely.Polygon(ring * [1.0, side] + [0.0, shift])
        assert shapely.hausdorff_distance(drawn.exterior, moved.exterior, 0.2) < 0.02
        assert len(sheet.outline.vertices) <= 512
    if typed.side == "pair":
        left, right = (shapely.Polygon(discretise(s.outline, 0.05)) for s in part.sheets)
        assert left.distance(right) > 9.0


def test_a_sheet_unlike_the_cover_is_a_warning_and_is_cut_as_measured() -> None:
    part = DESIGN.build(order({"side": "left"}), making("sheet", 1.93))
    warning, note = part.findings
    assert part.sheets[0].thickness_mm == 1.93
    assert warning.severity is Severity.WARNING
    assert warning.message == ("The sheet measures 1.93 mm, but the insole makes room for a cover of 1.50 mm: the "
                               "finished insole will be 0.43 mm too thick (limit 0.2 mm).")
    assert note.severity is Severity.NOTE
    assert 3.0 < note.measured < 12.0
    assert len(DESIGN.build(order({"side": "left"}), making("sheet", 1.62)).findings) == 1


def test_without_a_cover_there_is_nothing_to_cut() -> None:
    with pytest.raises(BuildError, match=r"order no cover \(cover_mm is 0\)"):
        DESIGN.build(order({"cover_mm": 0}), making("sheet", 2.0))


# --- the option space ----------------------------------------------------------------------------------------------

def sampled_orders(seed: int) -> Iterator[dict[str, Any]]:
    """Random orders over the whole space, moved to the nearest values that the rules offer until they hold."""
    rng = np.random.default_rng(seed)

    def grid(low: float, high: float, step: float) -> float:
        # Corners of the space are where things break: every third draw takes an end.
        at = rng.choice([0.0, 1.0, rng.uniform()], p=[1 / 6, 1 / 6, 2 / 3])
        return round(round((high - low) / step * at) * step + low, 3)

    while True:
        options = {
            "foot_length_mm": grid(150, 320, 0.5), "side": str(rng.choice(["left", "right"])),
            "width_class": float(rng.choice([0.93, 1.0, 1.08, 1.15])), "arch_mm": grid(0, 30, 0.5),
            "length_class": str(rng.choice(["full", "sulcus", "three_quarter"])), "heel_cup_mm": grid(0, 20, 0.5),
            "metatarsal_pad_mm": int(rng.choice([0, 3, 5, 8])), "rearfoot_post_deg": grid(-8, 8, 0.5),
            "forefoot_post_deg": grid(-6, 6, 0.5), "lift_mm": grid(0, 12, 0.5), "base_mm": grid(3, 6, 0.1),
            "cover_mm": grid(0, 4, 0.1)}
        for _ in range(8):
            try:
                order(options)
            except OptionErrors as refusal:
                problem = next((p for p in refusal if p.nearest is not None), None)
                if problem is None:
                    break
                options[problem.path] = problem.nearest
            else:
                yield options
                break


@pytest.mark.parametrize("seed", range(4))
def test_sampled_orders_build_sound(seed: int) -> None:
    assert_sound(built(next(sampled_orders(seed))))


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_sampled_orders_build_sound(seed: int) -> None:
    assert_sound(built(next(sampled_orders(seed))))


def test_zones_lie_side_by_side_across_the_whole_insole() -> None:
    made = case("soft-heel-firm-arch")
    low, high = made.meshes[0].bounds_mm
    boxes = [(z.solid.BoundingBox(), z) for z in made.part.zones]
    assert [(z.name, z.body, z.settings) for _, z in boxes] == [
        ("heel-left", "insole-left", {"infill_density": 0.075}),
        ("arch-left", "insole-left", {"infill_density": 0.30}),
        ("forefoot-left", "insole-left", {"infill_density": 0.15})]
    for box, _ in boxes:
        assert box.ymin < low[1]
        assert box.ymax > high[1]
        assert box.zmin < low[2]
        assert box.zmax > high[2]
    assert boxes[0][0].xmin < low[0]
    assert boxes[2][0].xmax > high[0]
    for (one, _), (other, _) in itertools.pairwise(boxes):
        assert one.xmax == pytest.approx(other.xmin, abs=1e-5)
    assert boxes[1][0].xmax - boxes[1][0].xmin == pytest.approx(0.32 * 238.0, abs=1e-5)


def test_each_insole_of_a_pair_has_its_own_zones() -> None:
    made = case("firm-heels-three-quarter")
    assert [(z.name, z.body) for z in made.part.zones] == [
        ("heel-left", "insole-left"), ("arch-left", "insole-left"), ("heel-right", "insole-right"),
        ("arch-right", "insole-right")]
    for mesh, zone in zip(made.meshes, made.part.zones[1::2], strict=True):
        box, (low, high) = zone.solid.BoundingBox(), mesh.bounds_mm
        assert (box.ymin + box.ymax) / 2.0 == pytest.approx((low[1] + high[1]) / 2.0, abs=8.0)
        assert box.ymin < low[1]
        assert box.ymax > high[1]
        assert box.xmax > high[0]


def test_an_insole_without_firmness_has_no_zones() -> None:
    assert case("eu-42-left").part.zones == ()
