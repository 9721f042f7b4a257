"""PNG bytes that depend on the pixels alone: own run-length deflate instead of whatever zlib is installed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

_UP_FILTER = 2
_LONGEST_MATCH = 258
_SHORTEST_MATCH = 3
# RFC 1951, section 3.2.5: base length and extra bits of the length codes 257..285.
_LENGTH_BASE = np.array([3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
                         163, 195, 227, 258], dtype=np.int64)
_LENGTH_EXTRA = np.array([0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [0], dtype=np.int64)
_WIDEST_TOKEN = 18


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """PNG bytes of (height, width, 3) RGB pixels, with no metadata (W3C PNG, colour type 2, filter Up)."""
    height, width, _ = pixels.shape
    rows = pixels.reshape(height, -1)
    filtered = np.empty((height, 1 + rows.shape[1]), dtype=np.uint8)
    filtered[:, 0] = _UP_FILTER
    filtered[:, 1:] = rows
    filtered[1:, 1:] -= rows[:-1]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _file(header, (), filtered)


def encode_palette_png(indices: NDArray[np.uint8], palette: Sequence[tuple[int, int, int]]) -> bytes:
    """PNG bytes of (height, width) indices into up to 256 colours (W3C PNG, colour type 3, no filter): small where
    pictures are flat."""
    height, width = indices.shape
    unfiltered = np.zeros((height, 1 + width), dtype=np.uint8)
    unfiltered[:, 1:] = indices
    colours = bytes(channel for colour in palette for channel in colour)
    return _file(struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0), ((b"PLTE", colours),), unfiltered)


def _file(header: bytes, further: Sequence[tuple[bytes, bytes]], rows: Bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    chunks = ((b"IHDR", header), *further, (b"IDAT", zlib_stream(rows.reshape(-1))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in chunks)


def zlib_stream(data: Bytes) -> bytes:
    """A zlib stream (RFC 1950) of one fixed-Huffman block in which runs of a byte become matches at distance 1."""
    value, length = _tokens(data)
    bits = _bits(value, length)
    # Final block, fixed codes: bits 1, 1, 0; end of block: seven zeros.
    stream = np.concatenate([np.array([1, 1, 0], dtype=np.uint8), bits, np.zeros(7, dtype=np.uint8)])
    packed = np.packbits(stream, bitorder="little").tobytes()
    return b"\x78\x01" + packed + struct.pack(">I", zlib.adler32(data.tobytes()))


def _tokens(data: Bytes) -> tuple[Ints, Ints]:
    """Literals (value 0..255, length 0) and matches (value 256, length 3..258), in order."""
    if not len(data):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = np.flatnonzero(np.concatenate([[True], data[1:] != data[:-1]]))
    runs = np.diff(np.append(starts, len(data)))
    byte = data[starts].astype(np.int64)
    full, rest = np.divmod(runs - 1, _LONGEST_MATCH)
    short = np.where(rest < _SHORTEST_MATCH, rest, 0)
    tail = (rest >= _SHORTEST_MATCH).astype(np.int64)
    count = 1 + full + tail + short
    owner = np.repeat(np.arange(len(runs)), count)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    is_full = (nth >= 1) & (nth <= full[owner])
    is_tail = (nth == full[owner] + 1) & (tail[owner] == 1)
    length = np.where(is_full, _LONGEST_MATCH, np.where(is_tail, rest[owner], 0))
    return np.where(length > 0, 256, byte[owner]), length


def _bits(value: Ints, length: Ints) -> Bytes:
    """The tokens' bits in stream order, one per element."""
    literal = value < 256
    low = literal & (value < 144)
    symbol_code = np.searchsorted(_LENGTH_BASE, np.maximum(length, _SHORTEST_MATCH), side="right") - 1
    symbol = 257 + symbol_code
    code = np.where(low, 0x30 + value, np.where(literal, 0x190 + value - 144,
                                                np.where(symbol < 280, symbol - 256, 0xC0 + symbol - 280)))
    width = np.where(low, 8, np.where(literal, 9, np.where(symbol < 280, 7, 8)))
    extra_width = np.where(literal, 0, _LENGTH_EXTRA[symbol_code])
    extra = np.where(literal, 0, length - _LENGTH_BASE[symbol_code])
    total = width + extra_width + np.where(literal, 0, 5)
    column = np.arange(_WIDEST_TOKEN)[None, :]
    # Huffman codes go in from their most significant bit, extra bits from their least; distance code 0 is five zeros.
    from_code = (code[:, None] >> np.maximum(width[:, None] - 1 - column, 0)) & 1
    from_extra = (extra[:, None] >> np.clip(column - width[:, None], 0, 62)) & 1
    inside_extra = (column >= width[:, None]) & (column < (width + extra_width)[:, None])
    bits = np.where(column < width[:, None], from_code, np.where(inside_extra, from_extra, 0))
    return np.asarray(bits[column < total[:, None]], dtype=np.uint8)
