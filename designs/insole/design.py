"""Insole: a flat-bottomed foot bed with heel cup, arch, posts, pad and lift, for a foot of any measured length."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import copysign

from fabwright.design import BuildError, Making, Options, Part, Problem, angle, choice, length, number, rule

from .dimensions import FLOOR_MM, STEEPEST_DEG, Dimensions
from .sizes import from_eu, from_uk, from_us_men, from_us_women

USUAL_FOOT_MM = 260.0
# Slack for sums of decimal options, far below anything measurable.
ROUNDING_MM = 1e-6

_FOOT, _SHAPE, _CORRECTION, _BUILD, _FEEL = "Foot", "Shape", "Correction", "Thickness", "Firmness"
_ONE_SIZE = "Give one size only; without any, the foot is 260 mm long."
_FIRMNESS = {"usual": "As the printer's own infill", "soft": "Soft, 7.5 % infill", "medium": "Medium, 15 % infill",
             "firm": "Firm, 30 % infill"}
_ZONE_HELP = "Where printed; a milled insole is as firm as its foam all through."
# Step of the heights that a nearest value is looked for on.
_STEP = 0.5


class Insole(Options):
    """What a customer orders."""

    side: str = choice("pair", {"left": "Left foot", "right": "Right foot", "pair": "Pair"}, group=_FOOT,
                       label="Side", help="Which foot to make for; a pair is two mirror images.")
    foot_length_mm: float | None = length(None, 150, 320, step=0.5, group=_FOOT, label="Foot length",
                                          help="Heel to longest toe, standing, of the longer foot: the surest size "
                                               f"(Mondopoint). {_ONE_SIZE}")
    eu_size: float | None = number(None, 25, 50, step=0.5, group=_FOOT, label="EU size",
                                   help=f"European shoe size; 42 stands for a foot of 265 mm. {_ONE_SIZE}")
    uk_size: float | None = number(None, 0, 14.5, step=0.5, group=_FOOT, label="UK size",
                                   help=f"British adult shoe size. {_ONE_SIZE}")
    us_men_size: float | None = number(None, 1, 15.5, step=0.5, group=_FOOT, label="US men's size",
                                       help=f"American men's shoe size. {_ONE_SIZE}")
    us_women_size: float | None = number(None, 1, 17, step=0.5, group=_FOOT, label="US women's size",
                                         help=f"American women's shoe size. {_ONE_SIZE}")
    width_class: float = choice(1.0, {0.93: "Narrow", 1.0: "Regular", 1.08: "Wide", 1.15: "Extra wide"},
                                group=_FOOT, label="Width", help="Factor on the usual width for this foot length.")
    length_class: str = choice("full", {"full": "Full, to the toes", "sulcus": "To the sulcus, behind the toes",
                                        "three_quarter": "Three-quarter, behind the ball"}, group=_SHAPE,
                               label="Length", help="How far the insole reaches; the short ones thin out to the front.")
    arch_mm: float = length(18, 0, 30, step=0.5, group=_SHAPE, label="Arch height",
                            help="Height of the medial arch over the base, without the cover. It cannot be told from a "
                                 "shoe size.")
    heel_cup_mm: float = length(12, 0, 20, step=0.5, group=_SHAPE, label="Heel cup",
                                help="Height of the rim around the heel: 8-10 suits dress shoes, 12 is common, 14 "
                                     "sport.")
    metatarsal_pad_mm: int = choice(0, {0: "None", 3: "3 mm", 5: "5 mm", 8: "8 mm"}, group=_SHAPE,
                                    label="Metatarsal pad", help="Height of the drop behind the ball of the foot.")
    rearfoot_post_deg: float = angle(0, -8, 8, step=0.5, group=_CORRECTION, label="Rearfoot post",
                                     help="Tilt of the heel seat; positive raises the medial (big toe) side.")
    forefoot_post_deg: float = angle(0, -6, 6, step=0.5, group=_CORRECTION, label="Forefoot post",
                                     help="Tilt under the ball; positive raises the medial (big toe) side.",
                                     visible_if={"length_class": ("full", "sulcus")})
    lift_mm: float = length(0, 0, 12, step=0.5, group=_CORRECTION, label="Heel lift",
                            help="Raises the heel, running out before the ball.")
    base_mm: float = length(3, 3, 6, step=0.1, group=_BUILD, label="Base thickness",
                            help="Finished thickness where nothing else is added, cover included.")
    cover_mm: float = length(1.5, 0, 4, step=0.1, group=_BUILD, label="Cover thickness",
                             help="Thickness of the cover glued on top; the body is made thinner by as much. 0: none.")

    heel_firmness: str = choice("usual", _FIRMNESS, group=_FEEL, label="Heel",
                                help=f"How firm the insole is under the heel. {_ZONE_HELP}")
    arch_firmness: str = choice("usual", _FIRMNESS, group=_FEEL, label="Arch",
                                help=f"How firm it is from heel to ball, the arch included. {_ZONE_HELP}")
    forefoot_firmness: str = choice("usual", _FIRMNESS, group=_FEEL, label="Forefoot",
                                    help=f"How firm it is from the ball on. {_ZONE_HELP}",
                                    visible_if={"length_class": ("full", "sulcus")})

    @property
    def firmness(self) -> dict[str, str]:
        """Firmness of each zone by name."""
        return {"heel": self.heel_firmness, "arch": self.arch_firmness, "forefoot": self.forefoot_firmness}

    @property
    def sizes_mm(self) -> dict[str, float]:
        """The sizes that were given, as foot lengths in mm, in the order of the options."""
        given = (("foot_length_mm", self.foot_length_mm, float), ("eu_size", self.eu_size, from_eu),
                 ("uk_size", self.uk_size, from_uk), ("us_men_size", self.us_men_size, from_us_men),
                 ("us_women_size", self.us_women_size, from_us_women))
        return {name: as_mm(value) for name, value, as_mm in given if value is not None}

    @property
    def dimensions(self) -> Dimensions:
        """The order in millimetres; where several sizes are given (a rule refuses that) the first."""
        foot = next(iter(self.sizes_mm.values()), USUAL_FOOT_MM)
        return Dimensions(foot, self.width_class, self.length_class, self.arch_mm, self.heel_cup_mm,
                          self.rearfoot_post_deg, self.forefoot_post_deg, float(self.metatarsal_pad_mm), self.lift_mm,
                          self.base_mm, self.cover_mm)

    @rule("one-size", "foot_length_mm", "eu_size", "uk_size", "us_men_size", "us_women_size")
    def _one_size(self) -> Iterator[Problem]:
        sizes = self.sizes_mm
        for name in list(sizes)[1:]:
            first = next(iter(sizes))
            yield Problem(name, f"stands for a foot of {sizes[name]:.1f} mm, but {first} already says "
                                f"{sizes[first]:.1f} mm; give one size only")

    @rule("cover-leaves-floor", "base_mm", "cover_mm")
    def _floor(self) -> Iterator[Problem]:
        left = self.base_mm - self.cover_mm
        if left < FLOOR_MM - ROUNDING_MM:
            words = (f"a base of {self.base_mm:g} mm less a cover of {self.cover_mm:g} mm leaves {left:.1f} mm of "
                     f"floor, at least {FLOOR_MM} mm is needed")
            yield Problem("cover_mm", words, nearest=self.base_mm - FLOOR_MM)
            yield Problem("base_mm", words, nearest=self.cover_mm + FLOOR_MM)

    @rule("cup-within-heel", "heel_cup_mm", "width_class", "foot_length_mm")
    def _cup(self) -> Iterator[Problem]:
        highest = self.dimensions.highest_cup_mm
        if self.heel_cup_mm > highest + ROUNDING_MM:
            yield Problem("heel_cup_mm", f"a cup of {self.heel_cup_mm:g} mm is too high for a heel "
                                         f"{2 * self.dimensions.heel_half_mm:.1f} mm wide; 0.3 of that, {highest:.1f} "
                                         "mm, is the limit", nearest=highest - _STEP / 2.0)

    @rule("slope-climbable", "arch_mm", "heel_cup_mm", "metatarsal_pad_mm", "lift_mm", "rearfoot_post_deg",
          "forefoot_post_deg")
    def _slope(self) -> Iterator[Problem]:
        from .slope import steepest_deg

        steepest = steepest_deg(self.dimensions)
        if steepest <= STEEPEST_DEG:
            return
        words = (f"the top would be {steepest:.1f} degrees steep, {STEEPEST_DEG:g} is the limit for a cover and a "
                 "cutter to follow")
        cures = list(self._cures())
        for name, nearest in cures:
            yield Problem(name, words, nearest=nearest)
        if not cures:
            yield Problem("arch_mm", f"{words}; lower the arch together with the heel cup, the pad or the posts")

    def _cures(self) -> Iterator[tuple[str, float]]:
        """The options that alone can make the top gentle enough, each with the most that does."""
        from .slope import largest_gentle

        for name, steps in (("arch_mm", self._below("arch_mm")), ("heel_cup_mm", self._below("heel_cup_mm")),
                            ("metatarsal_pad_mm", [v for v in (0, 3, 5, 8) if v < self.metatarsal_pad_mm]),
                            ("lift_mm", self._below("lift_mm")),
                            ("rearfoot_post_deg", self._below("rearfoot_post_deg")),
                            ("forefoot_post_deg", self._below("forefoot_post_deg"))):
            found = largest_gentle(steps, partial(self._with, name), STEEPEST_DEG) if steps else None
            if found is not None:
                yield name, found

    def _with(self, name: str, value: float) -> Dimensions:
        """The order with one option changed."""
        return self.model_copy(update={name: value}).dimensions

    def _below(self, name: str) -> list[float]:
        """Values from 0 towards an option's own, that excluded, in its steps."""
        value = float(getattr(self, name))
        return [copysign(_STEP * k, value) for k in range(round(abs(value) / _STEP))]


OPTIONS = Insole


def build(options: Insole, making: Making) -> Part:
    """The insole's solids, or the covers for them where the machine works on sheet."""
    sides = ("left", "right") if options.side == "pair" else (options.side,)
    if making.form == "sheet":
        from .cover import make_covers

        return make_covers(options.dimensions, sides, making)
    if making.form == "solid":
        from .solid import make_solids

        return make_solids(options.dimensions, options.firmness, sides, making)
    raise BuildError(f"an insole is made as a solid or as a sheet, not as {making.form!r}")
