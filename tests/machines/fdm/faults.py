"""Faults planted in good programs, ours and other slicers'."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

Lines = list[str]
NUMBER = r"-?\d*\.?\d+"


class Text:
    """A program as lines, with the places that faults are planted in."""

    def __init__(self, data: bytes, rng: random.Random) -> None:
        self.lines, self.rng = data.decode().split("\n"), rng
        self.layers = [k for k, line in enumerate(self.lines) if line == ";LAYER_CHANGE"]
        end = max(k for k, line in enumerate(self.lines) if line.startswith("M104 S0"))
        self.layers.append(end)
        moves = [k for k, line in enumerate(self.lines) if re.match(r"G[0-3] ", line)]
        self.moves = [k for k in moves if self.layers[0] < k < end]
        plane = [k for k in self.moves if re.search("[XY]", self.lines[k])]
        self.relative = any(line.startswith("M83") for line in self.lines)
        self.beads = self._pushing(plane)
        self.travels = [k for k in plane if " E" not in self.lines[k]]
        self.pulls = [k for k in self.moves if self.lines[k].startswith("G1 E")]
        self.bead_set = set(self.beads)
        self.place = self._places()
        apart = ("Support material", "Support material interface", "Skirt/Brim", "Custom")
        self.part = [k for k, role in self.roles().items() if role not in apart]

    def _pushing(self, plane: list[int]) -> list[int]:
        """Moves in the plane that push filament, counted either way."""
        if self.relative:
            return [k for k in plane if re.search(r" E\d*\.?\d", self.lines[k])]
        at, found, wanted = 0.0, [], set(plane)
        for k, line in enumerate(self.lines):
            now = word(line, "E", at)
            if k in wanted and now > at:
                found.append(k)
            at = now
        return found

    def corner(self, at: int) -> float:
        """How far the end of a move lies from the line that would replace it and the next."""
        (x0, y0), (x, y), (x1, y1) = self.place[at - 1], self.place[at], self.place[at + 1]
        square = (x1 - x0) ** 2 + (y1 - y0) ** 2
        share = min(max(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / square, 0.0), 1.0) if square else 0.0
        return ((x - x0 - share * (x1 - x0)) ** 2 + (y - y0 - share * (y1 - y0)) ** 2) ** 0.5

    def _places(self) -> list[tuple[float, float]]:
        place, x, y = [], 0.0, 0.0
        for line in self.lines:
            x, y = word(line, "X", x), word(line, "Y", y)
            place.append((x, y))
        return place

    def length(self, at: int) -> float:
        (x0, y0), (x1, y1) = self.place[at - 1], self.place[at]
        return ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5

    def roles(self) -> dict[int, str]:
        current, found = "", {}
        for k, line in enumerate(self.lines):
            if line.startswith(";TYPE:"):
                current = line[6:]
            if k in self.bead_set:
                found[k] = current
        return found

    def span(self, layer: int) -> range:
        return range(self.layers[layer], self.layers[layer + 1])

    def some_layer(self, rows: list[int] | None = None) -> int:
        fit = [k for k in range(1, len(self.layers) - 1)
               if rows is None or any(self.layers[k] <= n < self.layers[k + 1] for n in rows)]
        return self.rng.choice(fit or [0])

    def without(self, at: int) -> Lines:
        return self.lines[:at] + self.lines[at + 1:]

    def inserted(self, line: str, at: int | None = None) -> Lines:
        at = self.rng.choice(self.beads) if at is None else at
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

    def bare(self, rows: list[int] | range) -> Lines:
        """These beads become travel."""
        return self.changed([k for k in rows if k in self.bead_set], travelling)

    def around(self, rows: list[int], reach_mm: float) -> list[int]:
        """Beads of these rows near one of the long ones, through its layer and the two above."""
        long = [k for k in rows if self.length(k) > 1.0]
        middle = self.rng.choice(long or rows)
        layer = max(k for k in range(len(self.layers) - 1) if self.layers[k] <= middle)
        last = self.layers[min(layer + 3, len(self.layers) - 1)]
        (x0, y0), (x1, y1) = self.place[middle - 1], self.place[middle]
        cx, cy = (x0 + x1) / 2.0, (y0 + y1) / 2.0
        return [k for k in rows if self.layers[layer] <= k < last and self._crosses(k, cx, cy, reach_mm)]

    def _crosses(self, at: int, cx: float, cy: float, reach_mm: float) -> bool:
        (x0, y0), (x1, y1) = self.place[at - 1], self.place[at]
        return all(abs((x0 + (x1 - x0) * f) - cx) < reach_mm + abs(x1 - x0) / 8 and
                   abs((y0 + (y1 - y0) * f) - cy) < reach_mm + abs(y1 - y0) / 8 for f in (0.5,))


def word(line: str, letter: str, default: float) -> float:
    found = re.search(rf"{letter}({NUMBER})", line) if line.startswith("G") else None
    return float(found.group(1)) if found else default


def travelling(line: str) -> str:
    return re.sub(rf" E{NUMBER}", "", line)


def scaled(letter: str, factor: float, decimals: int = 5) -> Callable[[str], str]:
    return lambda line: re.sub(rf"(?<=\b{letter}){NUMBER}", lambda m: f"{float(m.group()) * factor:.{decimals}f}", line)


def moved(letter: str, by: float) -> Callable[[str], str]:
    return lambda line: re.sub(rf"(?<=\b{letter}){NUMBER}", lambda m: f"{float(m.group()) + by:.3f}", line)


def faults(text: Text, drops: int) -> Iterator[tuple[str, Lines]]:
    yield from _drops(text, drops)
    yield from _amounts(text)
    yield from _layers(text)
    yield from _missing(text)
    yield from _words(text)
    yield from _heights(text)


def _drops(text: Text, drops: int) -> Iterator[tuple[str, Lines]]:
    # A bead of a hundredth of a millimetre of filament, and a travel that leads to the next one, are no loss.
    felt = [k for k in text.beads if text.length(k) > 0.6 and (text.relative or text.corner(k) > 1.0)]
    before_bead = [k for k, after in zip(text.moves, text.moves[1:], strict=False)
                   if k in set(text.travels) and text.length(k) > 0.6 and after in text.bead_set]
    for kind, rows in (("bead", felt), ("travel", before_bead), ("pull", text.pulls)):
        for at in text.rng.sample(rows, min(drops, len(rows))):
            yield f"dropped {kind} {at + 1}", text.without(at)
    # A point slid along its own straight bead moves no material aside: the bead only flows unevenly.
    felt = [at for at in felt if not slides(text.lines[at], text.lines[min(at + 1, len(text.lines) - 1)])]
    for at in text.rng.sample(felt, min(max(drops // 3, 1), len(felt))):
        yield f"one coordinate off {at + 1}", text.changed([at], moved("XY"["X" not in text.lines[at]], 1.5))
        if text.relative:
            yield f"line twice {at + 1}", [*text.lines[:at], text.lines[at], *text.lines[at:]]


def slides(line: str, following: str) -> bool:
    """Whether both lines run along the same axis and lay a bead."""
    along = [{axis for axis in "XY" if f" {axis}" in text} for text in (line, following)]
    return along[0] == along[1] and len(along[0]) == 1 and " E" in line and " E" in following


def _amounts(text: Text) -> Iterator[tuple[str, Lines]]:
    every = [k for k, line in enumerate(text.lines) if line.startswith(("G1", "G2", "G3")) and " E" in line]
    for factor in (0.8, 0.9, 0.95, 1.05, 1.1, 1.25):
        yield f"filament x {factor}", text.changed(every, scaled("E", factor))
        yield f"beads x {factor}", text.changed(text.beads, scaled("E", factor))
        layer = text.some_layer(text.part)
        yield f"layer x {factor}", text.changed([k for k in text.span(layer) if k in text.bead_set],
                                                scaled("E", factor))


def _layers(text: Text) -> Iterator[tuple[str, Lines]]:
    lines, s = text.lines, text.layers
    count = len(s) - 1
    for _ in range(2):
        a, b = sorted(text.rng.sample(range(1, count), 2))
        yield "swapped layers", [*lines[:s[a]], *lines[s[b]:s[b + 1]], *lines[s[a + 1]:s[b]], *lines[s[a]:s[a + 1]],
                                 *lines[s[b + 1]:]]
        a = text.some_layer(text.part)
        yield "dropped layer", lines[:s[a]] + lines[s[a + 1]:]
        yield "layer twice", [*lines[:s[a + 1]], *lines[s[a]:s[a + 1]], *lines[s[a + 1]:]]
    for by in (1.0, -0.5, 0.6):
        for letter in "XY":
            yield f"layer shifted {letter} {by}", text.changed(
                [k for k in text.span(text.some_layer(text.part)) if k in set(text.moves)], moved(letter, by))
        yield f"all shifted {by}", text.changed(text.moves, moved("X", by))


def _missing(text: Text) -> Iterator[tuple[str, Lines]]:
    roles = text.roles()
    for role in sorted(set(roles.values())):
        rows = [k for k, name in roles.items() if name == role]
        if role in ("Custom", "Skirt/Brim", "Gap fill", "Ironing") or sum(map(text.length, rows)) < 4.0:
            continue
        yield f"no {role}", text.bare(rows)
        layer = text.some_layer(rows)
        mine = [k for k in rows if k in text.span(layer)]
        if role not in ("Support material", "Support material interface", "Internal infill") and sum(
                map(text.length, mine)) > 4.0:
            yield f"a layer without {role}", text.bare(mine)
        if role in ("External perimeter", "Perimeter", "Solid infill", "Top solid infill"):
            yield f"cavity in {role}", text.bare(text.around(rows, 2.0))
    sparse = [k for k, name in roles.items() if name == "Internal infill"]
    if len(sparse) > 30:
        near = text.around(sparse, 8.0)
        if sum(map(text.length, near)) > 30.0:
            yield "a region without infill", text.bare(near)
    yield "cut short", text.lines[:int(len(text.lines) * 0.7)]


def _words(text: Text) -> Iterator[tuple[str, Lines]]:
    yield "no M109", text.dropped("M109")
    yield "M109 to M104", text.replaced("^M109", "M104")
    yield "no M190", text.dropped("M190")
    yield "no heat at all", text.dropped("M10[49] S[1-9]")
    yield "M82 or M83 in mid-print", text.inserted("M82" if text.relative else "M83")
    yield "M82 and M83 swapped", text.replaced("^M83", "M82") if text.relative else text.replaced("^M82", "M83")
    yield "G91 in mid-print", text.inserted("G91")
    yield "inches", text.replaced("^G21", "G20")
    yield "inches in mid-print", text.inserted("G20")
    yield "flow override", text.inserted("M221 S80")
    yield "feed override", text.inserted("M220 S150")
    for factor in (10, 3):
        yield f"speed x {factor}", text.changed(
            [k for k in range(text.layers[0], text.layers[-1]) if re.match("G[0-3]", text.lines[k])],
            scaled("F", factor, 0))
    yield "nozzle too hot", text.replaced(r"^(M10[49]) S[12]\d\d", r"\1 S295")
    yield "nozzle too cold", text.replaced(r"^(M10[49]) S[12]\d\d", r"\1 S160")
    yield "nozzle colder in mid-print", text.inserted("M104 S180")
    yield "nozzle off in mid-print", text.inserted("M104 S0", text.rng.choice(text.beads))
    yield "bed too cold", text.replaced(r"^(M1[49]0) S\d\d+", r"\1 S20")
    yield "bed too hot", text.replaced(r"^(M1[49]0) S\d\d+", r"\1 S119")
    yield "no homing", text.dropped("G28")
    yield "nozzle left on", text.dropped("M104 S0", text.layers[-2])
    yield "bed left on", text.dropped("M140 S0", text.layers[-2])
    yield "fan left on", text.dropped("M107", text.layers[-2])
    yield "no fan", text.dropped("M106")
    yield "fan from the first layer", text.inserted("M106 S255", text.layers[0] + 1)
    yield "unknown word", text.inserted("M1234")
    yield "settings stored", text.inserted("M500")
    yield "acceleration too high", text.inserted("M204 S30000")
    yield "motors off in mid-print", text.inserted("M84")


def _heights(text: Text) -> Iterator[tuple[str, Lines]]:
    yield "beyond the bed", text.changed(text.moves, moved("X", 200.0))
    for by in (-0.1, 0.1, 0.2, -0.05):
        yield f"nozzle {by} off", text.changed(text.moves, moved("Z", by))
    for _ in range(3):
        low = text.rng.choice([k for k in text.travels if k > text.layers[2]])
        yield "through the part", [*text.lines[:low], "G1 Z0.4 F720", *text.lines[low:]]
    arcs = [k for k in text.beads if text.lines[k].startswith(("G2 ", "G3 "))]
    for at in text.rng.sample(arcs, min(4, len(arcs))):
        yield "arc turned round", text.changed([at], lambda line: ("G3" if line[1] == "2" else "G2") + line[2:])
