"""The command line: `fabwright`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 2 bad usage or options, 3 refused, 4 verification failed, 1 our
    fault or the disk's, 130 stopped by the user)."""
    from fabwright.cli.app import run

    return run(sys.argv[1:] if arguments is None else arguments)
