"""Faults planted in good programs: every one must be refused, and every good program accepted."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest

from fabwright.errors import FabwrightError

Lines = list[str]
NUMBER = r"-?\d*\.?\d+"


class Text:
    """A program as lines, with the places that faults are planted in."""

    def __init__(self, data: bytes, rng: random.Random) -> None:
        self.lines, self.rng = data.decode().split("\n"), rng
        self.layers = [k for k, line in enumerate(self.lines) if line == ";LAYER_CHANGE"]
        end = max(k for k, line in enumerate(self.lines) if line == "M104 S0")
        self.layers.append(end)
        moves = [k for k, line in enumerate(self.lines) if re.match(r"G[01] ", line)]
        self.moves = [k for k in moves if k > self.layers[0]]
        self.beads = [k for k in self.moves if " E" in self.lines[k] and re.search("[XY]", self.lines[k]) and k < end]
        self.travels = [k for k in self.moves if self.lines[k].startswith("G0") and k < end]
        self.pulls = [k for k in self.moves if self.lines[k].startswith("G1 E") and k < end]

    def span(self, layer: int) -> range:
        return range(self.layers[layer], self.layers[layer + 1])

    def some_layer(self, role: str = "") -> int:
        fit = [k for k in range(1, len(self.layers) - 1)
               if not role or any(self.lines[n] == f";TYPE:{role}" for n in self.span(k))]
        return self.rng.choice(fit)

    def without(self, at: int) -> Lines:
        return self.lines[:at] + self.lines[at + 1:]

    def inserted(self, line: str) -> Lines:
        at = self.rng.choice(self.beads)
        return [*self.lines[:at], line, *self.lines[at:]]

    def changed(self, rows: list[int] | range, change: Callable[[str], str]) -> Lines:
        lines = list(self.lines)
        for row in rows:
            lines[row] = change(lines[row])
        return lines

    def replaced(self, pattern: str, by: str) -> Lines:
        return [re.sub(pattern, by, line) for line in self.lines]

    def dropped(self, pattern: str, after: int = 0) -> Lines:
        return [line for k, line in enumerate(self.lines) if k < after or not re.match(pattern, line)]

    def bare(self, role: str, span: range) -> Lines:
        """Beads of a role become travel."""
        lines, current = list(self.lines), ""
        for k, line in enumerate(self.lines):
            if line.startswith(";TYPE:"):
                current = line[6:]
            if current == role and k in span and k in set(self.beads):
                lines[k] = travelling(line)
        return lines

    def cavity(self, reach_mm: float) -> Lines:
        """Beads around a place become travel through three layers."""
        first = self.rng.randrange(2, len(self.layers) - 5)
        rows = range(self.layers[first], self.layers[first + 3])
        beads = set(self.beads)
        place: dict[int, tuple[float, float]] = {}
        x = y = 0.0
        for k, line in enumerate(self.lines):
            x, y = word(line, "X", x), word(line, "Y", y)
            place[k] = x, y
        cx, cy = place[self.rng.choice([k for k in rows if k in beads])]
        return [travelling(line) if k in rows and k in beads and abs(place[k][0] - cx) < reach_mm
                and abs(place[k][1] - cy) < reach_mm else line for k, line in enumerate(self.lines)]


def word(line: str, letter: str, default: float) -> float:
    found = re.search(rf"{letter}({NUMBER})", line) if line.startswith("G") else None
    return float(found.group(1)) if found else default


def travelling(line: str) -> str:
    return re.sub(rf" E{NUMBER}", "", line).replace("G1", "G0")


def scaled(letter: str, factor: float, decimals: int = 5) -> Callable[[str], str]:
    return lambda line: re.sub(rf"(?<=\b{letter}){NUMBER}", lambda m: f"{float(m.group()) * factor:.{decimals}f}", line)


def moved(letter: str, by: float) -> Callable[[str], str]:
    return lambda line: re.sub(rf"(?<=\b{letter}){NUMBER}", lambda m: f"{float(m.group()) + by:.3f}", line)


def faults(text: Text, drops: int) -> Iterator[tuple[str, Lines]]:
    lines, rng = text.lines, text.rng
    for kind, rows in (("bead", text.beads), ("travel", text.travels), ("pull", text.pulls)):
        for at in rng.sample(rows, min(drops, len(rows))):
            yield f"dropped {kind}", text.without(at)
    every = [k for k, line in enumerate(lines) if line.startswith("G1") and " E" in line]
    layer = text.some_layer()
    yield "filament x 1.1", text.changed(every, scaled("E", 1.1))
    yield "filament x 0.9", text.changed(every, scaled("E", 0.9))
    yield "filament x 1.1 in a layer", text.changed([k for k in text.span(layer) if k in text.beads], scaled("E", 1.1))
    a, b = sorted(rng.sample(range(1, len(text.layers) - 1), 2))
    s = text.layers
    yield "swapped layers", [*lines[:s[a]], *lines[s[b]:s[b + 1]], *lines[s[a + 1]:s[b]], *lines[s[a]:s[a + 1]],
                             *lines[s[b + 1]:]]
    yield "dropped layer", lines[:s[a]] + lines[s[a + 1]:]
    for by in (1.0, -0.5):
        for letter in "XY":
            yield f"layer shifted {by}", text.changed([k for k in text.span(text.some_layer()) if k in text.moves],
                                                      moved(letter, by))
    yield "no M109", text.dropped("M109")
    yield "M109 to M104", text.replaced("^M109", "M104")
    yield "no M190", text.dropped("M190")
    yield "M82 in mid-print", text.inserted("M82")
    yield "M82 at the start", text.replaced("^M83", "M82")
    yield "G91 in mid-print", text.inserted("G91")
    yield "inches", text.replaced("^G21", "G20")
    yield "inches in mid-print", text.inserted("G20")
    yield "speed x 10", text.changed(text.beads, scaled("F", 10, 0))
    yield "speed x 1.5", text.changed(text.beads, scaled("F", 1.5, 0))
    yield "travel x 10", text.changed(text.travels, scaled("F", 10, 0))
    yield "nozzle too hot", text.replaced(r"^(M10[49]) S\d\d\d", r"\1 S280")
    yield "nozzle too cold", text.replaced(r"^(M10[49]) S\d\d\d", r"\1 S160")
    yield "nozzle colder in mid-print", text.inserted("M104 S185")
    yield "bed too cold", text.replaced(r"^(M1[49]0) S\d\d+", r"\1 S20")
    if any(line == ";TYPE:Internal infill" for line in lines):
        yield "no infill", text.bare("Internal infill", range(len(lines)))
        yield "a layer without infill", text.bare("Internal infill", text.span(text.some_layer("Internal infill")))
    for role in ("Solid infill", "Perimeter", "External perimeter"):
        if any(line == f";TYPE:{role}" for line in lines[text.layers[1]:]):
            yield f"a layer without {role}", text.bare(role, text.span(text.some_layer(role)))
    yield "cavity", text.cavity(2.0)
    yield "no homing", text.dropped("G28")
    yield "nozzle left on", text.dropped("M104 S0")
    yield "bed left on", text.dropped("M140 S0")
    yield "fan left on", text.dropped("M107", text.layers[-2])
    yield "no fan", text.dropped("M106")
    yield "beyond the bed", text.changed(text.moves, moved("X", 200.0))
    yield "nozzle too low", text.changed(text.moves, moved("Z", -0.1))
    yield "cut short", lines[:int(len(lines) * 0.8)]
    yield "unknown word", text.inserted("M1234")
    at = rng.choice([k for k in text.beads if "X" in lines[k]])
    yield "one coordinate off", text.changed([at], moved("X", 1.5))
    at = rng.choice(text.beads)
    yield "line twice", [*lines[:at], lines[at], *lines[at:]]


def accepted(made, seed: int, drops: int) -> tuple[int, list[str]]:
    """Number of faults planted, and those that passed."""
    text = Text(made.data, random.Random(seed))
    passed: list[str] = []
    count = 0
    for name, lines in faults(text, drops):
        data = "\n".join(lines).encode()
        if data == made.data:
            continue
        count += 1
        try:
            verdict = made.verdict(data)
        except FabwrightError:
            continue
        if verdict.passed:
            passed.append(name)
    return count, passed


def test_every_planted_fault_is_refused(holed):
    assert holed.verdict().passed
    count, passed = accepted(holed, 1, 4)
    assert count >= 45
    assert passed == []


@pytest.mark.parametrize(("change", "check", "sentence"), [
    (lambda t: t.dropped("M109"), "heat-waited", "filament is pushed before the nozzle's target was reached"),
    (lambda t: t.changed(t.beads, scaled("E", 1.1)), "bead-width",
     "Filament per millimetre off the declared bead reaches"),
    (lambda t: t.changed([k for k in t.span(7) if k in t.moves], moved("X", 1.0)), "boundary",
     "Layer 7: distance between bead edge and section, 99th percentile of the layer is"),
    (lambda t: t.bare("Internal infill", t.span(8)), "infill-gap",
     "Layer 8: area inside further from a bead than the declared infill leaves is"),
    (lambda t: t.changed(t.beads, scaled("F", 10, 0)), "feed-xy", "Speed in the plane reaches"),
    (lambda t: t.dropped("M104 S0"), "safe-end", "at the end the nozzle stays on"),
    (lambda t: t.inserted("M82"), "extruder-mode", "the extruder's mode is unset, or changes in mid-print"),
])
def test_the_check_that_should_see_a_fault_sees_it(holed, change, check, sentence):
    text = Text(holed.data, random.Random(5))
    failures = {c.name: c for c in holed.verdict("\n".join(change(text)).encode()).failures}
    assert check in failures
    assert sentence in failures[check].message


@pytest.mark.sweep
@pytest.mark.parametrize(("printer", "filament"), [("prusa-mk4s", "pla"), ("ender-3-v3", "petg"),
                                                   ("voron-2.4-350", "tpu-95a")])
@pytest.mark.parametrize("name", ["holed", "tube", "step", "dome", "fin"])
def test_sweep_of_faults_over_parts_and_printers(bench, name, printer, filament):
    made = bench.printed((bench.mesh(name),), printer, filament)
    assert made.verdict().passed
    count, passed = accepted(made, 2, 12)
    assert count >= 60
    assert passed == []
