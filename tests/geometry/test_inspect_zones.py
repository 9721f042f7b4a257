import cadquery as cq
import numpy as np
import pytest

from fabwright.design import Body, Part, Zone
from fabwright.errors import BuildError
from fabwright.geometry.inspect import nominal_of


def part(*zones, rotation=(180.0, 0.0, 0.0)):
    body = cq.Workplane().box(20, 10, 5).translate((0, 0, 7)).val()
    other = cq.Workplane().box(4, 4, 4).val()
    return Part(bodies=(Body("other", other), Body("plate", body, making_rotation_deg=rotation)), zones=zones)


def test_zones_turn_and_sink_with_their_body():
    solid = cq.Workplane().box(8, 8, 2).translate((3, 0, 9)).val()
    nominal = nominal_of(part(Zone("hard", solid, "plate", {"infill_density": 0.5})))
    (zone,) = nominal.zones
    assert zone.body == 1
    assert zone.mesh.name == "hard"
    assert dict(zone.settings) == {"infill_density": 0.5}
    low, high = zone.mesh.bounds_mm
    # Upside down the plate's top at 9.5 is the bed: the zone reaches 0.5 below it.
    assert np.allclose(low, (-1.0, -4.0, -0.5))
    assert np.allclose(high, (7.0, 4.0, 1.5))
    assert np.array_equal(zone.mesh.vertices.astype(np.float32).astype(np.float64), zone.mesh.vertices)


def test_parts_without_zones_have_none():
    assert nominal_of(part()).zones == ()


def test_a_zone_of_no_body_is_the_designs_fault():
    solid = cq.Workplane().box(1, 1, 1).val()
    with pytest.raises(BuildError, match="zone soft: the part has no body 'sole', only other, plate; report"):
        nominal_of(part(Zone("soft", solid, "sole", {})))
