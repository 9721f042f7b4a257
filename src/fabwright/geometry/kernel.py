"""How the B-rep kernel is run: one thread, so that results repeat and a later fork does not hang."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1)
def run_single_threaded() -> None:
    """Confine the kernel to one thread of its own pool.

    Parallel booleans crash about once per thousands of shapes, and a process forked after one hangs for ever.
    """
    from OCP.OSD import OSD_Parallel, OSD_ThreadPool

    OSD_Parallel.SetUseOcctThreads_s(True)
    OSD_ThreadPool.DefaultPool_s(1)


def kernel_versions() -> dict[str, str]:
    """Versions of the libraries that decide the bytes of a job's geometry."""
    from importlib.metadata import version

    names = ("cadquery", "cadquery-ocp", "manifold3d", "numpy", "scipy", "shapely")
    return {name: version(name) for name in names}


def kernel_failures() -> tuple[type[BaseException], ...]:
    """What the kernel and the layers above it raise when a shape cannot be built."""
    from OCP.Standard import Standard_Failure

    return (Standard_Failure, ValueError)
