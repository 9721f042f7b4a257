import io
import math

import numpy as np
import pytest
from PIL import Image

from fabwright.geometry.export.pixel_text import text_mask, write_text
from fabwright.geometry.export.png_file import encode_palette_png
from fabwright.geometry.export.raster import Frame, fitting_frame, paint_strokes, polygon_mask

FRAME = Frame((0.0, 0.0), 20.0, 200, 160)


def stroke(a, b, radius, frame=FRAME):
    canvas = np.zeros((frame.height, frame.width), dtype=bool)
    paint_strokes(canvas, frame, np.array([a]), np.array([b]), np.array([radius]), np.array([True]))
    return canvas


@pytest.mark.parametrize(("a", "b"), [((2.0, 2.0), (8.0, 5.0)), ((5.0, 1.5), (5.0, 6.5)), ((2.0, 4.0), (8.0, 4.0)),
                                      ((5.0, 4.0), (5.0, 4.0)), ((8.0, 6.0), (3.0, 2.0))])
def test_a_stroke_covers_what_lies_nearer_than_its_radius(a, b):
    canvas = stroke(a, b, 0.9)
    y, x = np.mgrid[0:FRAME.height, 0:FRAME.width]
    points = np.stack([(x + 0.5) / 20.0, (FRAME.height - y - 0.5) / 20.0], axis=2)
    along = np.subtract(b, a)
    share = np.clip(((points - a) @ along) / max(float(along @ along), 1e-12), 0.0, 1.0)
    away = np.linalg.norm(points - (np.array(a) + share[..., None] * along), axis=2)
    assert np.array_equal(canvas[np.abs(away - 0.9) > 1e-6], (away < 0.9)[np.abs(away - 0.9) > 1e-6])
    area = math.pi * 0.81 + 1.8 * float(np.linalg.norm(along))
    assert canvas.sum() / 400.0 == pytest.approx(area, rel=0.01)


def test_later_strokes_lie_over_earlier_ones_and_nothing_leaves_the_frame():
    canvas = np.zeros((FRAME.height, FRAME.width), dtype=np.uint8)
    a, b = np.array([[1.0, 4.0], [5.0, -3.0], [50.0, 50.0]]), np.array([[20.0, 4.0], [5.0, 30.0], [60.0, 50.0]])
    paint_strokes(canvas, FRAME, a, b, np.array([1.0, 1.0, 1.0]), np.array([1, 2, 3], dtype=np.uint8))
    assert canvas[80, 100] == 2
    assert canvas[80, 40] == 1
    assert canvas[80, 199] == 1
    assert set(np.unique(canvas).tolist()) == {0, 1, 2}


def test_polygons_fill_by_even_and_odd():
    outer = np.array([(1.0, 1.0), (9.0, 1.0), (9.0, 7.0), (1.0, 7.0)])
    hole = np.array([(3.0, 3.0), (3.0, 5.0), (6.0, 5.0), (6.0, 3.0)])
    mask = polygon_mask(FRAME, [outer, hole])
    assert mask.sum() / 400.0 == pytest.approx(48.0 - 6.0)
    assert not mask[160 - 80, 90]
    assert mask[160 - 80, 30]
    assert not polygon_mask(FRAME, []).any()


def test_a_frame_fits_its_box_in_the_middle():
    frame = fitting_frame(np.array([10.0, 10.0]), np.array([30.0, 20.0]), 200, 200)
    assert frame.px_per_mm == pytest.approx(10.0)
    assert np.allclose(frame.pixels(np.array([[10.0, 10.0], [30.0, 20.0]])), [[0.0, 150.0], [200.0, 50.0]])


def test_palette_pictures_are_read_by_others():
    rng = np.arange(40 * 30).reshape(30, 40) % 5
    data = encode_palette_png(rng.astype(np.uint8), [(255, 255, 255), (1, 2, 3), (9, 8, 7), (0, 200, 0), (3, 3, 99)])
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (40, 30)
        assert image.convert("RGB").getpixel((1, 0)) == (1, 2, 3)
        assert np.array_equal(np.asarray(image), rng)


def test_letters_differ_and_unknown_ones_are_question_marks():
    every = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:-+/%()=_'?"
    assert len({text_mask(c).tobytes() for c in every}) == len(every)
    assert np.array_equal(text_mask("ab"), text_mask("AB"))
    assert np.array_equal(text_mask("\u00e9"), text_mask("?"))
    assert text_mask("AB", 3).shape == (21, 33)
    canvas = np.zeros((5, 8), dtype=np.uint8)
    write_text(canvas, "LLLL", 2, 1, 7)
    assert canvas.max() == 7
    assert canvas[:, :2].max() == 0
