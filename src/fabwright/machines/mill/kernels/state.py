"""Whether the kernels have been compiled on this machine before."""

from __future__ import annotations


def compiled() -> bool:
    """True when numba's cache holds code for every kernel."""
    from fabwright.machines.mill.kernels.drop import drop
    from fabwright.machines.mill.kernels.sweep import sweep
    from fabwright.machines.mill.kernels.thin import thin

    return all(_cached(kernel) for kernel in (drop, sweep, thin))


def _cached(kernel: object) -> bool:
    """One compiled file beside the index is enough: each kernel is called with one signature only."""
    from pathlib import Path

    stats = kernel.stats  # type: ignore[attr-defined]
    if stats.cache_hits or kernel.signatures:  # type: ignore[attr-defined]
        return True
    folder = Path(str(stats.cache_path))
    name = kernel.py_func.__qualname__  # type: ignore[attr-defined]
    return folder.is_dir() and any(folder.glob(f"*.{name}-*.nbc"))
