"""What Prusa's gcode-metadata (as in PrusaLink) finds in a G-code file, as JSON."""

from __future__ import annotations

import json
import sys

from gcode_metadata import get_metadata


def main(path: str) -> None:
    """Print the facts, and the sizes of the thumbnails."""
    found = get_metadata(path)
    print(json.dumps({"data": found.data, "thumbnails": sorted(found.thumbnails)}, default=str))


if __name__ == "__main__":
    main(sys.argv[1])
