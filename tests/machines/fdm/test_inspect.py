import pytest

from fabwright.machines.fdm import MACHINE_CLASS
from fabwright.model import Nominal, Part, Severity


def found(bench, meshes, printer="prusa-mk4s"):
    machine, material = bench.machine(printer), bench.material("pla")
    making = MACHINE_CLASS.making(machine, material, None)
    return MACHINE_CLASS.inspect(Part(), Nominal(tuple(meshes)), making, machine, material)


@pytest.mark.parametrize("name", ["holed", "tube", "step", "fin", "dome"])
def test_good_bodies_have_no_errors(bench, name):
    assert [f for f in found(bench, [bench.mesh(name)]) if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize(("name", "check", "severity", "sentence"), [
    ("overhang", "needs-support", Severity.ERROR, "overhang: An underside of .* mm2 at z = 9.00 mm around x = .* hangs "
     "15.0 mm out over nothing; it needs supports, which are not made yet. Turn the part"),
    ("island", "needs-support", Severity.ERROR, "island: An underside of 25.0 mm2 at z = 4.00 mm .* starts in the air"),
    ("bridge", "bridge-long", Severity.WARNING, "bridge: The longest bridge spans 16.0 mm and will sag. Shorten it"),
    ("foil", "wall-unprintable", Severity.ERROR, "foil: 100.0 % of the body is thinner than 0.3 mm, where no bead fits "
     r"\(beads are 0.45 mm wide\). Make walls at least 0.8 mm thick."),
    ("tall", "build-height", Severity.ERROR, "tall: The body is 230.0 mm high, prusa-mk4s prints up to 220 mm. "
     "Use voron-2.4-350."),
])
def test_what_cannot_be_made_well_is_said_in_words(bench, name, check, severity, sentence):
    findings = [f for f in found(bench, [bench.mesh(name)]) if f.check == check]
    assert findings
    first = findings[0]
    assert first.severity is severity
    assert first.measured is not None
    assert first.limit is not None
    assert first.source
    import re
    assert re.match(sentence, str(first)), str(first)


def test_a_long_bridge_is_refused(bench):
    solid = bench.block(80, 6, 7) - bench.block(60, 20, 5).translate((10, -5, -1))
    (finding,) = [f for f in found(bench, [bench.mesh_of(solid, "gate")]) if f.check == "needs-support"]
    assert "spans 60.0 mm over nothing" in finding.message


def test_a_body_larger_than_the_bed_names_a_larger_machine(bench):
    plate = bench.mesh_of(bench.block(320, 120, 3), "plate")
    (finding,) = [f for f in found(bench, [plate]) if f.check == "build-area"]
    assert finding.severity is Severity.ERROR
    assert "plate does not fit on prusa-mk4s" in finding.message
    assert finding.remedy == "Use voron-2.4-350."
    assert found(bench, [plate], "voron-2.4-350") == ()


def test_small_feet_small_holes_and_tipping_are_warnings(bench):
    pin = bench.mesh_of(bench.rod(1.5, 30), "pin")
    assert {f.check for f in found(bench, [pin])} == {"contact-small", "slender"}
    hole = bench.mesh_of(bench.block(10, 10, 3) - bench.rod(0.6, 9).translate((5, 5, -2)), "eye")
    (finding,) = found(bench, [hole])
    assert finding.check == "hole-small"
    assert finding.measured == pytest.approx(1.2, abs=0.03)
    leaning = bench.block(6, 6, 2) + bench.block(12, 6, 12).translate((3, 0, 2))
    assert "tips-over" in {f.check for f in found(bench, [bench.mesh_of(leaning, "crane")])}
