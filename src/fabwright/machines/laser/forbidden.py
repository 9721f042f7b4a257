"""Substances that no beam may touch, whatever a profile says."""

from __future__ import annotations

import re

#: Whole words that give a substance away, and what the beam makes of it. Sources: University of Texas, "Prohibited
#: Laser Cutter Materials" (wikis.utexas.edu/display/SOAdigitech); x-p.nu, "Unauthorized materials".
FORBIDDEN: tuple[tuple[str, str], ...] = (
    ("pvc", "gives off chlorine and hydrochloric acid, which poison people and corrode the machine"),
    ("polyvinyl", "gives off chlorine and hydrochloric acid, which poison people and corrode the machine"),
    ("vinyl", "gives off chlorine and hydrochloric acid, which poison people and corrode the machine"),
    ("chloride", "gives off chlorine, which poisons people and corrodes the machine"),
    ("pvb", "gives off toxic fumes"),
    ("ptfe", "gives off carbonyl fluoride, which is toxic"),
    ("teflon", "gives off carbonyl fluoride, which is toxic"),
    ("polycarbonate", "absorbs badly, chars and burns"),
    ("lexan", "absorbs badly, chars and burns"),
    ("abs", "gives off hydrogen cyanide and melts"),
    ("polystyrene", "catches fire"),
    ("fibreglass", "gives off toxic fumes from its resin"),
    ("fiberglass", "gives off toxic fumes from its resin"),
)


def forbidden_reason(*texts: str) -> str | None:
    """A sentence on the first forbidden substance named in any of the texts, or None."""
    words = {word for text in texts for word in re.findall(r"[a-z]+", text.lower())}
    for substance, harm in FORBIDDEN:
        if substance in words:
            return f"{substance} must never be worked with a beam: it {harm}"
    return None
