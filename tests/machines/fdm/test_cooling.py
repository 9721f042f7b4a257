from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from fabwright.machines.fdm.cooling import fan_fractions, slowdown
from fabwright.machines.fdm.settings import BRIDGE, OVERHANG, print_settings
from fabwright.model import Acceleration, Fan, LayerStart, RoleStart


@pytest.fixture(scope="module")
def usual(bench):
    return replace(print_settings(bench.machine("prusa-mk4s"), bench.material("pla"), {}), min_layer_s=10.0,
                   fan_below_s=60.0, fan_min=0.4, fan_max=1.0, fan_off_layers=1, full_fan_layer=4)


def test_only_short_layers_are_slowed_and_only_on_their_beads(usual):
    factor = slowdown(np.array([20.0, 8.0, 5.0, 5.0]), np.array([15.0, 4.0, 5.0, 0.0]), usual)
    assert factor.tolist() == [1.0, 1.5, 2.0, 1.0]


def test_the_fan_is_off_first_then_rises_and_hurries_with_short_layers(usual):
    layers = np.arange(8)
    long = fan_fractions(layers, np.full(8, 100.0), usual)
    assert long.tolist() == [0.0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4]
    assert fan_fractions(np.full(3, 7), np.array([60.0, 35.0, 10.0]), usual).tolist() == [0.4, 0.7, 1.0]
    assert fan_fractions(np.full(2, 7), np.array([0.0, 1e6]), usual).tolist() == [1.0, 0.4]


def test_bridges_are_blown_upon_and_nothing_is_said_twice(bench):
    made = bench.printed((bench.mesh("bridge"),), filament="petg")
    settings = made.plan.setup.parameters
    (file,) = made.toolpath.files
    fan, layer, role, seen = 0.0, -1, -1, []
    for _, event in file.events:
        if isinstance(event, Fan):
            fan = event.fraction
        elif isinstance(event, LayerStart):
            layer = event.index
        elif isinstance(event, RoleStart):
            role = event.role
            seen.append((layer, role, fan))
    bridges = [f for at, r, f in seen if r in (BRIDGE, OVERHANG) and at >= settings["fan_off_layers"]]
    assert bridges
    assert min(bridges) >= settings["bridge_fan"]
    after = [f for at, r, f in seen if r not in (BRIDGE, OVERHANG) and at > settings["full_fan_layer"]]
    assert min(after) < settings["bridge_fan"]
    for kind in (Fan, Acceleration):
        said = [e for _, e in file.events if isinstance(e, kind)]
        assert all(a != b for a, b in pairwise(said[1:-1]))
    assert all(r >= 0 for _, r, _ in seen)


def test_accelerations_follow_the_role_and_the_first_layer(bench, holed):
    parameters = holed.plan.setup.parameters
    (file,) = holed.toolpath.files
    gain, layer = Acceleration(0.0), -1
    for _, event in file.events:
        if isinstance(event, Acceleration):
            gain = event
        elif isinstance(event, LayerStart):
            layer = event.index
        elif isinstance(event, RoleStart) and layer >= 0 and event.role == 0:
            due = min(parameters["external_mm_s2"], parameters["first_layer_mm_s2"]) if layer == 0 else parameters[
                "external_mm_s2"]
            assert gain == Acceleration(due, parameters["travel_mm_s2"])


def test_the_time_of_every_layer_is_known_and_adds_up(holed):
    from fabwright.machines.fdm.timing import trace_times_s

    facts = holed.toolpath.files[0].facts
    seconds = trace_times_s(holed.trace, holed.machine.profile.motion)
    assert float(facts["estimated_time_s"]) == pytest.approx(seconds.sum(), rel=0.01)
    roles = [float(v) for k, v in facts.items() if k.startswith("estimated_time_") and k != "estimated_time_s"]
    assert sum(roles) == pytest.approx(seconds[holed.trace.layer >= 0].sum(), rel=0.02)
    pushed = [float(v) for k, v in facts.items() if k.startswith("filament_used_") and k.endswith("_mm")
              and k != "filament_used_mm"]
    prime = holed.toolpath.files[0].moves.e_mm[3]
    assert sum(pushed) + prime == pytest.approx(float(facts["filament_used_mm"]), abs=0.1)
