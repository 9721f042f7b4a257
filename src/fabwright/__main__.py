"""`python -m fabwright`."""

import sys

from fabwright.cli import main

sys.exit(main())
