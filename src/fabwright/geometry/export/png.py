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
    low = np.floor(triangles[:, :, :2].min(axis=1)).astype(np.int64).clip(0, [w - 1, h - 1])
    high = np.ceil(triangles[:, :, :2].max(axis=1)).astype(np.int64).clip(0, [w - 1, h - 1])
    size = high - low + 1
    count = size[:, 0] * size[:, 1]
    edges = np.searchsorted(np.cumsum(count), np.arange(0, int(count.sum()) + _CHUNK_PIXELS, _CHUNK_PIXELS))
    for first, last in zip(edges[:-1], np.minimum(edges[1:] + 1, len(count)), strict=True):
        if last > first:
            chosen = slice(first, last)
            _draw_some(depth, image, triangles[chosen], colours[chosen], low[chosen], size[chosen], count[chosen], w)


def _draw_some(depth: Floats, image: Floats, triangles: Floats, colours: Floats, low: NDArray[np.int64],
               size: NDArray[np.int64], count: NDArray[np.int64], w: int) -> None:
    owner = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    x = low[owner, 0] + nth % size[owner, 0]
    y = low[owner, 1] + nth // size[owner, 0]
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    area = np.where(np.abs(area) < 1e-12, np.inf, area)
    px, py = x + 0.5 - a[owner, 0], y + 0.5 - a[owner, 1]
    u = (px * (c - a)[owner, 1] - (c - a)[owner, 0] * py) / area[owner]
    v = ((b - a)[owner, 0] * py - px * (b - a)[owner, 1]) / area[owner]
    inside = (u >= 0.0) & (v >= 0.0) & (u + v <= 1.0) & (u + v + np.abs(u) > 0.0)
    owner, pixel = owner[inside], (y * w + x)[inside]
    z = a[owner, 2] + u[inside] * (b - a)[owner, 2] + v[inside] * (c - a)[owner, 2]
    order = np.lexsort((z, pixel))
    pixel, z, owner = pixel[order], z[order], owner[order]
    nearest = np.append(pixel[1:] != pixel[:-1], True) if len(pixel) else np.zeros(0, dtype=bool)
    pixel, z, owner = pixel[nearest], z[nearest], owner[nearest]
    front = z > depth[pixel]
    depth[pixel[front]] = z[front]
    image[pixel[front]] = colours[owner[front]]


def _ink_edges(depth: Floats, image: Floats) -> None:
    """Darken pixels where the depth steps: silhouettes and hidden rims become readable."""
    solid = np.isfinite(depth)
    filled = np.where(solid, depth, -1e4)
    step = np.zeros_like(depth)
    for axis in (0, 1):
        jump = np.abs(np.diff(filled, axis=axis))
        near = [(slice(None), slice(None, -1)), (slice(None), slice(1, None))] if axis else \
            [(slice(None, -1), slice(None)), (slice(1, None), slice(None))]
        for part in near:
            step[part] = np.maximum(step[part], jump)
    image[solid & (step > 12.0)] *= _INK
