"""A card: one rectangle."""

from fabwright.design import Contour, CriticalDimension, FlatPart, Making, Options, Part, length


class Card(Options):
    """How large the card is."""

    width_mm: float = length(60, 10, 500, step=1, group="Size", label="Width", help="Along x.")
    height_mm: float = length(40, 10, 500, step=1, group="Size", label="Height", help="Along y.")


OPTIONS = Card


def build(options: Card, making: Making) -> Part:
    """The rectangle, as thick as the paper."""
    import numpy as np

    w, h = options.width_mm, options.height_mm
    corners = Contour(np.array([[0.0, 0.0, 0.0], [w, 0.0, 0.0], [w, h, 0.0], [0.0, h, 0.0]]))
    sheet = FlatPart("card", making.stock_thickness_mm or 0.0, corners)
    size = CriticalDimension("width", w, 0.5, 0.5, "mm", "rule, edge to edge", "card")
    return Part(sheets=(sheet,), critical_dimensions=(size,))
