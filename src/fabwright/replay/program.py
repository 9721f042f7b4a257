"""The text of a program: refused when it is none, otherwise cut into pieces that end at a line's end."""

from __future__ import annotations

from collections.abc import Iterator

from fabwright.errors import ReplayError
from fabwright.replay.limits import PROGRAM_MAX_BYTES

#: Bytes read at once, so that columns of a large file stay small. Chosen.
PIECE_BYTES = 4 * 1024 * 1024


def check_program(data: bytes, file: str) -> None:
    """Refuse what is not a text of commands at all, each with its reason."""
    if len(data) > PROGRAM_MAX_BYTES:
        raise ReplayError(f"{file}: {len(data)} bytes are more than the {PROGRAM_MAX_BYTES} a program may have.")
    if data[:4] == b"GCDE":
        raise ReplayError(f"{file}: this is binary G-code (.bgcode), which is not read. Export plain text instead.")
    if b"\0" in data:
        raise ReplayError(f"{file}: this is a binary file, not a program: it holds a zero byte at offset "
                          f"{data.index(0)}.")
    if not data.strip():
        raise ReplayError(f"{file}: the file is empty.")


def pieces(data: bytes) -> Iterator[bytes]:
    """The program in order, each piece ending with a newline (added to the last one where the file has none)."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + PIECE_BYTES)
        piece = data[start:] if end < 0 else data[start:end + 1]
        start += len(piece)
        yield piece if piece.endswith(b"\n") else piece + b"\n"
