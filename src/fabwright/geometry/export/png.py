"""A shaded picture of meshes, by a vectorised z-buffer: no window system, the same pixels everywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fabwright.geometry.export.png_file import encode_png
from fabwright.model import Floats, Mesh

_SUPERSAMPLE = 2
_CHUNK_PIXELS = 4_000_000
_BACKGROUND = (255, 255, 255)
_COLOURS = ((236, 146, 60), (86, 148, 196), (120, 176, 104), (196, 110, 140), (150, 130, 190))
_LIGHT = np.array([0.35, -0.55, 0.76])
_INK = 0.55
_STEP_PX = 12.0


def render(meshes: Sequence[Mesh], width: int, height: int, azimuth_deg: float = -60.0, elevation_deg: float = 32.0
           ) -> bytes:
    """PNG (RGB, 8 bit) of the meshes seen from azimuth and elevation in parallel projection, fitted to the frame.

    Each mesh takes the next of five colours. Faces turned away from the light keep some light of their own.
    """
    w, h = width * _SUPERSAMPLE, height * _SUPERSAMPLE
    axes = _view_axes(azimuth_deg, elevation_deg)
    projected = [mesh.vertices @ axes.T for mesh in meshes]
    scale, shift = _fit(projected, w, h)
    depth = np.full(w * h, -np.inf)
    image = np.tile(np.array(_BACKGROUND, dtype=np.float64), (w * h, 1))
    for index, (mesh, view) in enumerate(zip(meshes, projected, strict=True)):
        screen = np.column_stack([view[:, 0] * scale + shift[0], shift[1] - view[:, 1] * scale, view[:, 2] * scale])
        shade = _shade(mesh)
        colour = np.array(_COLOURS[index % len(_COLOURS)], dtype=np.float64)
        corners = screen[mesh.triangles]
        towards = _faces_eye(corners)
        _draw(depth, image, corners[towards], (shade[:, None] * colour)[towards], w, h)
    _ink_edges(depth.reshape(h, w), image.reshape(h, w, 3))
    small = image.reshape(height, _SUPERSAMPLE, width, _SUPERSAMPLE, 3).mean(axis=(1, 3))
    return encode_png(np.rint(np.clip(small, 0, 255)).astype(np.uint8))


def _view_axes(azimuth_deg: float, elevation_deg: float) -> Floats:
    """Rows: right, up, towards the eye."""
    a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
    eye = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    right = np.array([-np.sin(a), np.cos(a), 0.0])
    return np.vstack([right, np.cross(eye, right), eye])


def _fit(views: Sequence[Floats], w: int, h: int) -> tuple[float, tuple[float, float]]:
    every = np.concatenate([v[:, :2] for v in views])
    low, high = every.min(axis=0), every.max(axis=0)
    size = np.maximum(high - low, 1e-9)
    scale = 0.92 * min(w / size[0], h / size[1])
    middle = (low + high) / 2.0
    return float(scale), (w / 2.0 - middle[0] * scale, h / 2.0 + middle[1] * scale)


def _shade(mesh: Mesh) -> Floats:
    a, b, c = (mesh.vertices[mesh.triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    length = np.linalg.norm(normal, axis=1)
    lambert = normal @ _LIGHT / np.where(length > 0.0, length, 1.0) / np.linalg.norm(_LIGHT)
    return np.asarray(0.62 + 0.42 * lambert, dtype=np.float64)


def _faces_eye(corners: Floats) -> NDArray[np.bool_]:
    """Faces of a closed body that look away are hidden by others; y points down on the screen."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    return np.asarray(turn < 0.0)


def _draw(depth: Floats, image: Floats, triangles: Floats, colours: Floats, w: int, h: int) -> None:
    """Write every pixel centre inside a triangle whose depth is nearest so far; `triangles` (m, 3, 3) in pixels."""
    area = np.ptp(triangles[:, :, 0], axis=1) * np.ptp(triangles[:, :, 1], axis=1) + 1.0
    chunk = np.floor(np.cumsum(area) / _CHUNK_PIXELS).astype(np.int64)
    for first, last in zip(np.searchsorted(chunk, np.unique(chunk)),
                           np.searchsorted(chunk, np.unique(chunk), side="right"), strict=True):
        _draw_some(depth, image, triangles[first:last], colours[first:last], w, h)


def _draw_some(depth: Floats, image: Floats, triangles: Floats, colours: Floats, w: int, h: int) -> None:
    """Each triangle becomes rows, each row a span of pixels; the nearest wins, the first of equals."""
    owner, y = _expand(*_limits(triangles[:, :, 1], h))
    left, right = _spans(triangles, owner, np.asarray(y + 0.5, dtype=np.float64))
    row, x = _expand(np.ceil(left - 0.5).clip(0, w).astype(np.int64),
                     np.floor(right - 0.5).clip(-1, w - 1).astype(np.int64))
    owner, y = owner[row], y[row]
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    area = np.where(np.abs(area) < 1e-9, np.inf, area)
    slope_x = ((b[:, 2] - a[:, 2]) * (c[:, 1] - a[:, 1]) - (c[:, 2] - a[:, 2]) * (b[:, 1] - a[:, 1])) / area
    slope_y = ((c[:, 2] - a[:, 2]) * (b[:, 0] - a[:, 0]) - (b[:, 2] - a[:, 2]) * (c[:, 0] - a[:, 0])) / area
    z = a[owner, 2] + (x + 0.5 - a[owner, 0]) * slope_x[owner] + (y + 0.5 - a[owner, 1]) * slope_y[owner]
    pixel = y * w + x
    before = depth[pixel]
    np.maximum.at(depth, pixel, z)
    front = np.flatnonzero((z == depth[pixel]) & (z > before))[::-1]
    image[pixel[front]] = colours[owner[front]]


def _limits(values: Floats, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last pixel index whose centre lies between the smallest and largest of each row of `values`."""
    low = np.ceil(values.min(axis=1) - 0.5).clip(0, size).astype(np.int64)
    high = np.floor(values.max(axis=1) - 0.5).clip(-1, size - 1).astype(np.int64)
    return low, high


def _expand(low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every integer of every interval low..high, with the index of its interval."""
    count = np.maximum(high - low + 1, 0)
    owner = np.repeat(np.arange(len(count)), count)
    return owner, low[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)


def _spans(triangles: Floats, owner: NDArray[np.int64], y: Floats) -> tuple[Floats, Floats]:
    """Left and right end of each triangle on the line at height `y`."""
    left, right = np.full(len(owner), np.inf), np.full(len(owner), -np.inf)
    for k in range(3):
        p, q = triangles[owner, k], triangles[owner, (k + 1) % 3]
        rise = q[:, 1] - p[:, 1]
        crosses = ((p[:, 1] <= y) != (q[:, 1] <= y)) & (rise != 0.0)
        x = p[:, 0] + (y - p[:, 1]) / np.where(crosses, rise, 1.0) * (q[:, 0] - p[:, 0])
        left = np.where(crosses, np.minimum(left, x), left)
        right = np.where(crosses, np.maximum(right, x), right)
    empty = left > right
    return np.where(empty, 1.0, left), np.where(empty, 0.0, right)


def _ink_edges(depth: Floats, image: Floats) -> None:
    """Darken pixels where the depth steps: silhouettes and hidden rims become readable.

    The second difference is taken, so that a surface seen at a grazing angle is no step.
    """
    solid = np.isfinite(depth)
    filled = np.pad(np.where(solid, depth, -1e4), 1, mode="edge")
    middle = filled[1:-1, 1:-1]
    bend = np.maximum(np.abs(filled[:-2, 1:-1] - 2.0 * middle + filled[2:, 1:-1]),
                      np.abs(filled[1:-1, :-2] - 2.0 * middle + filled[1:-1, 2:]))
    image[solid & (bend > _STEP_PX)] *= _INK
