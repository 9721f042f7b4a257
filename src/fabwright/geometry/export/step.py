"""STEP (AP214) of the solids, with pinned header: the same bytes from run to run."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from fabwright.errors import InternalError
from fabwright.geometry.inspect import brep_volume_mm3
from fabwright.model import Body

_PINNED_DATE = "1970-01-01T00:00:00"
VOLUME_READBACK = 1e-4


def write_step(bodies: Sequence[Body], title: str) -> bytes:
    """STEP file in mm holding each body as a named product, in the design frame.

    Raises InternalError when the kernel refuses, or when the file read back gives another count or volume.
    """
    from OCP.IFSelect import IFSelect_ReturnStatus
    from OCP.STEPControl import STEPControl_StepModelType, STEPControl_Writer

    writer = STEPControl_Writer()
    done = IFSelect_ReturnStatus.IFSelect_RetDone
    for body in bodies:
        if writer.Transfer(body.solid.wrapped, STEPControl_StepModelType.STEPControl_AsIs) != done:
            raise InternalError(f"{title}: the STEP writer refused body {body.name!r}")
    stream = io.BytesIO()
    if writer.WriteStream(stream) != done:
        raise InternalError(f"{title}: the STEP writer could not write")
    data = _pin(stream.getvalue().decode("ascii"), [b.name for b in bodies], title).encode("ascii")
    _check_readback(data, bodies, title)
    return data


def _pin(text: str, names: Sequence[str], title: str) -> str:
    """Fixed date and author, and product names that do not count the writer's earlier calls."""
    text = re.sub(r"FILE_NAME\('[^']*','[^']*',\s*\('[^']*'\)",
                  f"FILE_NAME('{_plain(title)}','{_PINNED_DATE}',('Fabwright')", text, count=1)
    seen: list[str] = []

    def rename(match: re.Match[str]) -> str:
        if match.group(0) not in seen:
            seen.append(match.group(0))
        index = min(seen.index(match.group(0)), len(names) - 1)
        return f"'{_plain(names[index])}'"
    return re.sub(r"'Open CASCADE STEP translator [0-9.]+\s+\d+(?:\.\d+)*'", rename, text)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9 ._@-]", "_", text)


def _check_readback(data: bytes, bodies: Sequence[Body], title: str) -> None:
    solids = read_step(data, title)
    want = sorted(brep_volume_mm3(b.solid) for b in bodies)
    have = sorted(brep_volume_mm3(s) for s in solids)
    if len(want) != len(have):
        raise InternalError(f"{title}: the STEP file reads back as {len(have)} solids, {len(want)} were written")
    for wanted, found in zip(want, have, strict=True):
        if abs(wanted - found) > VOLUME_READBACK * abs(wanted):
            raise InternalError(f"{title}: a solid of {wanted:.3f} mm3 reads back from STEP as {found:.3f} mm3")


def read_step(data: bytes, name: str) -> list[Any]:
    """The CadQuery solids of a STEP file; InternalError when the kernel cannot read it."""
    import cadquery as cq
    from OCP.IFSelect import IFSelect_ReturnStatus
    from OCP.STEPControl import STEPControl_Reader

    reader = STEPControl_Reader()
    if reader.ReadStream(name, io.BytesIO(data)) != IFSelect_ReturnStatus.IFSelect_RetDone:
        raise InternalError(f"{name}: the kernel cannot read this STEP file")
    reader.TransferRoots()
    return list(cq.Shape.cast(reader.OneShape()).Solids())
