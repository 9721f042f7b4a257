"""The PNG writer against the decoder everyone has."""

from __future__ import annotations

import io
import zlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fabwright.geometry.export.png_file import encode_png, zlib_stream


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(1, 700)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_any_runs_inflate_to_themselves(runs: list[tuple[int, int]]) -> None:
    data = b"".join(bytes([value]) * count for value, count in runs)
    assert zlib.decompress(zlib_stream(np.frombuffer(data, np.uint8))) == data


def test_noise_inflates_to_itself() -> None:
    data = np.random.default_rng(7).integers(0, 256, 20_000).astype(np.uint8)
    assert zlib.decompress(zlib_stream(data)) == data.tobytes()


def test_another_reader_sees_the_same_pixels() -> None:
    pixels = np.random.default_rng(3).integers(0, 255, (40, 30, 3)).astype(np.uint8)
    pixels[10:30] = 77
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encode_png(pixels)))), pixels)
