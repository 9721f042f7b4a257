"""Shoe sizes as lengths of the foot.

Foot length (Mondopoint, ISO 9407) is the measure everything else is turned into. ISO 19407:2023 gives guideline tables
and says that no conversion is exact; the published European formulas disagree by 1.7 mm: 1.5 x cm + 2, or
1.5 x (cm + 1.5). This design uses the second, fixed for all its versions 1.x: a Paris point of 2/3 cm, counted over the
foot and 15 mm of room in the shoe, which puts EU 42 on Mondopoint 265. UK and US count barleycorns of 1/3 inch.
"""

from __future__ import annotations

INCH_MM = 25.4
PARIS_POINT_MM = 20.0 / 3.0
EU_ROOM_MM = 15.0
BARLEYCORN_MM = INCH_MM / 3.0
UK_ZERO_BARLEYCORNS = 23.0
US_MEN_ZERO_BARLEYCORNS = 22.0
US_WOMEN_ABOVE_MEN = 1.5


def from_eu(size: float) -> float:
    """Foot length in mm of a European size: EU = 1.5 x (cm + 1.5)."""
    return size * PARIS_POINT_MM - EU_ROOM_MM


def from_uk(size: float) -> float:
    """Foot length in mm of a British adult size: UK = 3 x inches - 23."""
    return (size + UK_ZERO_BARLEYCORNS) * BARLEYCORN_MM


def from_us_men(size: float) -> float:
    """Foot length in mm of an American men's size: US = 3 x inches - 22."""
    return (size + US_MEN_ZERO_BARLEYCORNS) * BARLEYCORN_MM


def from_us_women(size: float) -> float:
    """Foot length in mm of an American women's size, 1.5 above the men's for the same foot."""
    return from_us_men(size - US_WOMEN_ABOVE_MEN)
