"""Which part of which wall opens for which connectors, in both forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from fabwright.design import Board, EdgeConnector

Rect = tuple[float, float, float, float]
# A strip of wall thinner than this between two openings would break: the two become one. Protolabs' least printed wall
# is 0.8 mm; doubled, because the strip stands alone.
LEAST_STRIP_MM = 1.6
# Between two openings that go up to the rim, the strip is a finger that stands free; chosen.
LEAST_FINGER_MM = 6.0


@dataclass(frozen=True, slots=True)
class Opening:
    """An opening in the wall on one side of the board.

    `low_mm`, `high_mm` run along the wall, `z_low_mm`, `z_high_mm` up it; `inner_mm` is the coordinate across the wall
    to which the connector reaches inwards, `outer_mm` that of its outermost face.
    """

    names: tuple[str, ...]
    side: str
    low_mm: float
    high_mm: float
    z_low_mm: float
    z_high_mm: float
    inner_mm: float
    outer_mm: float

    @property
    def title(self) -> str:
        """The connectors' names."""
        return " and ".join(self.names)

    def rect(self, out_to: Rect) -> Rect:
        """The opening seen from above, outwards as far as the rectangle `out_to`."""
        if self.side == "-x":
            return out_to[0], self.low_mm, self.inner_mm, self.high_mm
        if self.side == "+x":
            return self.inner_mm, self.low_mm, out_to[2], self.high_mm
        if self.side == "-y":
            return self.low_mm, out_to[1], self.high_mm, self.inner_mm
        return self.low_mm, self.inner_mm, self.high_mm, out_to[3]


def connector_heights(connector: EdgeConnector, bottom_mm: float, top_mm: float) -> tuple[float, float]:
    """Lowest and highest point of a connector on a board whose faces are at `bottom_mm` and `top_mm`."""
    if connector.back:
        return (bottom_mm - connector.height_mm,
                bottom_mm if connector.beyond_mm == 0.0 else top_mm + connector.beyond_mm)
    return (top_mm if connector.beyond_mm == 0.0 else bottom_mm - connector.beyond_mm,
            top_mm + connector.height_mm)


def openings_of(board: Board, bottom_mm: float, top_mm: float, clearance_mm: float, rim_mm: float,
                strip_mm: float = LEAST_STRIP_MM) -> tuple[Opening, ...]:
    """One opening per connector, those that would leave a strip thinner than `strip_mm` between them joined, or thinner
    than LEAST_FINGER_MM where both are higher than `rim_mm` and so reach the rim."""
    single = [_opening(c, bottom_mm, top_mm, clearance_mm) for c in board.connectors]
    sides = ([o for o in single if o.side == side] for side in ("-x", "+x", "-y", "+y"))
    return tuple(o for side in sides for o in _joined(side, rim_mm, strip_mm))


def _opening(connector: EdgeConnector, bottom_mm: float, top_mm: float, clearance_mm: float) -> Opening:
    low_x, low_y, high_x, high_y = connector.rect_mm
    across = connector.side[1] == "x"
    low, high = (low_y, high_y) if across else (low_x, high_x)
    near, far = (low_x, high_x) if across else (low_y, high_y)
    inner, outer = (near - clearance_mm, far) if connector.side[0] == "+" else (far + clearance_mm, near)
    z_low, z_high = connector_heights(connector, bottom_mm, top_mm)
    # Air below a connector that stands on the board ends at the board's other face: bosses keep their height.
    z_low = max(z_low - clearance_mm, bottom_mm) if z_low >= top_mm else z_low - clearance_mm
    z_high = min(z_high + clearance_mm, top_mm) if z_high <= bottom_mm else z_high + clearance_mm
    return Opening((connector.name,), connector.side, low - clearance_mm, high + clearance_mm, z_low, z_high, inner,
                   outer)


def _joined(openings: Sequence[Opening], rim_mm: float, strip_mm: float) -> list[Opening]:
    kept: list[Opening] = []
    for opening in sorted(openings, key=lambda o: (o.low_mm, o.z_low_mm, o.names)):
        at = next((k for k, other in enumerate(kept) if _too_close(other, opening, rim_mm, strip_mm)),
                  None)
        if at is None:
            kept.append(opening)
        else:
            kept[at] = _union(kept[at], opening)
    return kept if len(kept) == len(openings) else _joined(kept, rim_mm, strip_mm)


def _too_close(a: Opening, b: Opening, rim_mm: float, strip_mm: float) -> bool:
    least = LEAST_FINGER_MM if min(a.z_high_mm, b.z_high_mm) > rim_mm else strip_mm
    apart_along = max(a.low_mm, b.low_mm) - min(a.high_mm, b.high_mm)
    apart_up = max(a.z_low_mm, b.z_low_mm) - min(a.z_high_mm, b.z_high_mm)
    return apart_along < least and apart_up < strip_mm


def _union(a: Opening, b: Opening) -> Opening:
    positive = a.side[0] == "+"
    inner: Callable[..., float] = min if positive else max
    outer: Callable[..., float] = max if positive else min
    return replace(a, names=(*a.names, *b.names), low_mm=min(a.low_mm, b.low_mm), high_mm=max(a.high_mm, b.high_mm),
                   z_low_mm=min(a.z_low_mm, b.z_low_mm), z_high_mm=max(a.z_high_mm, b.z_high_mm),
                   inner_mm=inner(a.inner_mm, b.inner_mm), outer_mm=outer(a.outer_mm, b.outer_mm))
