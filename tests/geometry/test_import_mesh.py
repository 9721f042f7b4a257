"""Meshes from elsewhere: closed bodies as they were meant, or the sentence that says why not."""

from __future__ import annotations

import io
import itertools
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabwright.errors import InputFileError
from fabwright.geometry.export.stl import write_stl
from fabwright.geometry.import_mesh import import_mesh, read_model
from fabwright.geometry.mesh_mending import facing_alike, without_doubles
from fabwright.model import Floats, Mesh

FACETS = np.array([(0, 2, 1), (1, 2, 3), (4, 5, 6), (5, 7, 6), (0, 1, 4), (1, 5, 4), (2, 6, 3), (3, 6, 7), (0, 4, 2),
                   (2, 4, 6), (1, 3, 5), (3, 7, 5)])


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> Floats:
    """Facets (12, 3, 3) of a box, facing out."""
    corners = [(x, y, z) for z in (low[2], high[2]) for y in (low[1], high[1]) for x in (low[0], high[0])]
    found: Floats = np.asarray(corners, dtype=float)[FACETS]
    return found


def over(facets: Floats) -> Floats:
    """Facets facing the other way."""
    return facets[:, ::-1]


def raised(facets: Floats) -> Floats:
    """Facets 5 mm higher."""
    higher: Floats = facets + np.array([0.0, 0.0, 5.0])
    return higher


def stl(*facets: Floats, head: bytes = b"") -> bytes:
    """A binary STL."""
    together: Floats = np.concatenate(facets)
    rows = np.zeros(len(together), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    rows["corners"] = together
    return head.ljust(80, b"\0") + len(together).to_bytes(4, "little") + rows.tobytes()


def volume_mm3(mesh: Mesh) -> float:
    """By the divergence theorem."""
    p = mesh.vertices[mesh.triangles]
    return float(np.einsum("ij,ij->i", p[:, 0], np.cross(p[:, 1], p[:, 2])).sum() / 6.0)


def closed_and_oriented(mesh: Mesh) -> bool:
    """Every directed edge once, and once the other way."""
    a, b = mesh.triangles.reshape(-1), np.roll(mesh.triangles, -1, axis=1).reshape(-1)
    count = len(mesh.vertices)
    ahead, back = np.sort(a * count + b), np.sort(b * count + a)
    return bool((ahead == back).all() and (np.diff(ahead) > 0).all())


CUBE = box((0, 0, 0), (10, 10, 10))
INNER = box((3, 3, 3), (6, 6, 6))
SPLIT = np.concatenate([CUBE[:2], np.array([[CUBE[2][0], CUBE[2][1], (CUBE[2][1] + CUBE[2][2]) / 2],
                                            [CUBE[2][0], (CUBE[2][1] + CUBE[2][2]) / 2, CUBE[2][2]]]), CUBE[3:]])


@pytest.mark.parametrize(("facets", "volume"), [
    pytest.param([CUBE], 1000, id="plain"),
    pytest.param([over(CUBE)], 1000, id="inside out"),
    pytest.param([CUBE, box((10, 0, 0), (20, 10, 10))], 2000, id="sharing a face"),
    pytest.param([CUBE, box((10, 2, 2), (20, 8, 8))], 1360, id="sharing part of a face"),
    pytest.param([CUBE, box((10, 10, 0), (20, 20, 10))], 2000, id="sharing an edge"),
    pytest.param([CUBE, box((10, 10, 10), (20, 20, 20))], 2000, id="sharing a corner"),
    pytest.param([CUBE, box((5, 5, 5), (15, 15, 15))], 1875, id="overlapping"),
    pytest.param([CUBE, box((2, 2, -5), (8, 8, 15))], 1360, id="run through"),
    pytest.param([CUBE, box((30, 0, 0), (40, 10, 10))], 2000, id="apart"),
    pytest.param([CUBE, over(box((30, 0, 0), (40, 10, 10)))], 2000, id="apart, one inside out"),
    pytest.param([CUBE, over(INNER)], 973, id="cavity"),
    pytest.param([over(CUBE), INNER], 973, id="cavity, all inside out"),
    pytest.param([CUBE, INNER], 1000, id="a body inside a body"),
    pytest.param([CUBE, CUBE], 1000, id="twice"),
    pytest.param([CUBE, CUBE[:1]], 1000, id="a facet twice"),
    pytest.param([CUBE[:-1], over(CUBE[-1:])], 1000, id="a facet turned over"),
    pytest.param([CUBE[:6], over(CUBE[6:])], 1000, id="half of the facets turned over"),
    pytest.param([CUBE, np.repeat(CUBE[:1, :1], 3, axis=1)], 1000, id="a point"),
    pytest.param([CUBE, np.array([[[0, 0, 0], [5, 0, 0], [10, 0, 0]]])], 1000, id="a facet without area"),
    pytest.param([CUBE, raised(over(CUBE[2:3])), raised(CUBE[2:3])], 1000, id="a leaf without thickness"),
    pytest.param([SPLIT], 1000, id="a corner on an edge"),
    pytest.param([box((0, 0, 0), (0.1, 0.1, 0.1))], 0.001, id="0.1 mm"),
    pytest.param([box((0, 0, 0), (1000, 1000, 1000))], 1e9, id="1 m"),
    pytest.param([CUBE + 50_000], 1000, id="far away"),
    pytest.param([CUBE - 37], 1000, id="below zero"),
])
def test_facets_come_to_the_body_that_was_meant(facets: list[Floats], volume: float) -> None:
    (mesh,) = import_mesh(stl(*facets), "part.stl")
    assert volume_mm3(mesh) == pytest.approx(volume, rel=1e-5)
    assert closed_and_oriented(mesh)
    assert mesh.vertices.min(axis=0).tolist() == [0, 0, 0]
    assert np.array_equal(mesh.vertices, mesh.vertices.astype(np.float32))


@pytest.mark.parametrize(("data", "sentence"), [
    (b"", "0 bytes are no STL"),
    (b"hello " * 30, "bytes are no STL"),
    (b"<html>not found</html>", "22 bytes are no STL"),
    (b"x" * 34, "34 bytes are no STL"),
    (stl(CUBE)[:-60], "624 bytes are no STL; its head promises 12 triangles, which take 684 bytes; the file is"),
    (stl(CUBE[:0]), "the file holds no triangle"),
    (b"solid x\nendsolid x\n", "the file holds no triangle"),
    (b"solid x\n facet normal 0 0 1\n outer loop\n vertex 0 0 0\n vertex 1 0 0\n", "ends inside a facet"),
    (b"solid x\n vertex 0 0 0\n vertex 1 0 zero\n vertex 1 1 0\n", "a vertex that is no number"),
    (b"solid x\n vertex 0 0 0\n vertex 1 0 nan\n vertex 1 1 0\n", "1 vertices are not numbers"),
    (stl(np.where(CUBE == 10, np.inf, CUBE)), "vertices are not numbers (NaN or infinite)"),
    (stl(CUBE * 1e6), "a coordinate of 1e+07 mm is beyond 100000 mm; check the model's unit"),
    (stl(CUBE * 1e-4), "part encloses 0.000000 mm3: it has no thickness"),
    (stl(CUBE[:-1]), "part is not closed: 3 edges belong to one triangle only; close the holes"),
    (stl(CUBE, raised(CUBE[2:3])), "part is not closed: 3 edges"),
    (stl(CUBE[:2], over(CUBE[:2])), "part has no thickness: its facets enclose nothing"),
    (stl(CUBE, over(CUBE)), "part has no thickness"),
    (stl(box((0, 0, 0), (10, 10, 0))), "part has no thickness"),
])
def test_what_is_no_body_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(InputFileError) as caught:
        import_mesh(data, "part.stl")
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("part.stl: ")


def test_a_moebius_strip_is_refused() -> None:
    turn = np.linspace(0, 2 * np.pi, 13)
    across = np.stack([np.cos(turn / 2) * np.cos(turn), np.cos(turn / 2) * np.sin(turn), np.sin(turn / 2)], axis=1)
    middle = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1) * 10
    a, b = middle + across, middle - across
    facets = np.concatenate([np.stack([a[:-1], b[:-1], a[1:]], axis=1), np.stack([b[:-1], b[1:], a[1:]], axis=1)])
    with pytest.raises(InputFileError, match="part is not"):
        import_mesh(stl(facets), "part.stl")


def test_a_small_hole_is_closed_and_said() -> None:
    torn = np.delete(_grid_top(20), 400, axis=0)
    (mesh,), findings = read_model(stl(CUBE[:2], CUBE[4:], torn), "lid.stl")
    assert volume_mm3(mesh) == pytest.approx(1000, rel=1e-6)
    assert closed_and_oriented(mesh)
    assert [f.check for f in findings] == ["mesh-holes"]
    assert "open edges were closed over" in findings[0].message


def _grid_top(n: int) -> Floats:
    """The cube's top in fine facets whose rim still has corners only where the sides have."""
    corners = np.array([(0, 0), (10, 0), (10, 10), (0, 10)], dtype=float)
    inner = np.array([(1, 1), (9, 1), (9, 9), (1, 9)], dtype=float)
    facets = []
    for k in range(4):
        a, b, c, d = corners[k], corners[(k + 1) % 4], inner[(k + 1) % 4], inner[k]
        steps = [d + (c - d) * i / n for i in range(n + 1)]
        facets += [(a, b, steps[-1])] + [(a, q, p) for p, q in itertools.pairwise(steps)]
    line = np.linspace(1, 9, n + 1)
    for i in range(n):
        for j in range(n):
            p = [(line[i], line[j]), (line[i + 1], line[j]), (line[i + 1], line[j + 1]), (line[i], line[j + 1])]
            facets += [(p[0], p[1], p[2]), (p[0], p[2], p[3])]
    flat = np.asarray(facets, dtype=float)
    return np.concatenate([flat, np.full((*flat.shape[:2], 1), 10.0)], axis=2)


@pytest.mark.parametrize(("size", "words"), [(0.5, "very small"), (1500.0, "very large")])
def test_an_odd_size_is_a_warning(size: float, words: str) -> None:
    _, (finding,) = read_model(stl(CUBE / 10 * size), "part.stl")
    assert (finding.check, str(finding.severity), finding.measured) == ("model-unit", "warning", size)
    assert words in finding.message


def test_ascii_binary_and_trailing_bytes_are_the_same_body() -> None:
    words = "".join("facet normal 0 0 0\nouter loop\n" + "".join(
        f"vertex {x!r} {y:.6e} {z:g}\n" for x, y, z in facet.tolist()) + "endloop\nendfacet\n" for facet in CUBE)
    ascii_text = f"solid cube\n{words}endsolid cube\n".encode()
    same = [import_mesh(data, "part.stl")[0] for data in (
        stl(CUBE), stl(CUBE, head=b"solid of another kind"), stl(CUBE) + b"\r\n", ascii_text, ascii_text.upper(),
        ascii_text.replace(b"\n", b"\r\n"))]
    for mesh in same[1:]:
        assert np.array_equal(mesh.vertices, same[0].vertices)
        assert np.array_equal(mesh.triangles, same[0].triangles)


OBJ = "# a cube\nmtllib x.mtl\n" + "".join(
    f"v {x} {y} {z}\n" for z in (0, 2) for y in (0, 2) for x in (0, 2)) + "vt 0 0\nvn 0 0 1\n" + (
    "f 1 3 4 2\nf 5/1 6/1 8/1 7/1\nf 1//1 2//1 6//1 5//1\nf -6 -2 -1 -5\nf 1 5 7 3\nf 2 4 8 6\n")


def test_obj_with_quads_and_counts_from_the_end() -> None:
    (mesh,) = import_mesh(OBJ.encode(), "folder/cube.OBJ")
    assert mesh.name == "cube"
    assert volume_mm3(mesh) == pytest.approx(8)


@pytest.mark.parametrize(("text", "sentence"), [
    ("v 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n", "fewer than three coordinates"),
    ("v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 9\n", "part.obj:4: the face names a vertex that is not there"),
    ("v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 0\n", "part.obj:4: the face names a vertex"),
    ("v 0 0 zero\n", "part.obj:1: 'v 0 0 zero' is no v line of an OBJ"),
    ("", "the file holds no triangle"),
])
def test_obj_that_is_none(text: str, sentence: str) -> None:
    with pytest.raises(InputFileError) as caught:
        import_mesh(text.encode(), "part.obj")
    assert sentence in str(caught.value)


def threemf(objects: str, items: str, unit: str = "millimeter") -> bytes:
    """A 3MF package of resources and build items."""
    text = (f'<?xml version="1.0"?><model unit="{unit}" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">'
            f"<resources>{objects}</resources><build>{items}</build></model>")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("3D/3dmodel.model", text)
    return packed.getvalue()


def cube_object(number: int, name: str = "") -> str:
    corners = "".join(f'<vertex x="{x}" y="{y}" z="{z}"/>' for z in (0, 1) for y in (0, 1) for x in (0, 1))
    facets = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in FACETS.tolist())
    return (f'<object id="{number}" name="{name}" type="model"><mesh><vertices>{corners}</vertices>'
            f"<triangles>{facets}</triangles></mesh></object>")


def test_3mf_items_are_bodies_where_the_build_puts_them() -> None:
    nested = ('<object id="3"><components><component objectid="1"/>'
              '<component objectid="1" transform="-1 0 0 0 1 0 0 0 1 5 0 0"/></components></object>')
    data = threemf(cube_object(1, "small") + cube_object(2) + nested,
                   '<item objectid="1" transform="2 0 0 0 2 0 0 0 2 -1 -1 -1"/><item objectid="2"/>'
                   '<item objectid="3" transform="1 0 0 0 1 0 0 0 1 0 10 0"/>', "centimeter")
    small, second, pair = import_mesh(data, "plate.3mf")
    assert [small.name, second.name, pair.name] == ["small", "object 2", "object 3"]
    assert [round(volume_mm3(m)) for m in (small, second, pair)] == [8000, 1000, 2000]
    assert small.vertices.min(axis=0).tolist() == [0, 0, 0]
    assert second.vertices.min(axis=0).tolist() == [10, 10, 10]
    assert pair.vertices.max(axis=0).tolist() == [60, 120, 20]


@pytest.mark.parametrize(("data", "sentence"), [
    (b"no archive", "no 3MF package"),
    (threemf("", ""), "the 3MF builds no object"),
    (threemf(cube_object(1), '<item objectid="7"/>'), "the 3MF's model cannot be read"),
    (threemf(cube_object(1), '<item objectid="1"/>', "parsec"), "the 3MF's model cannot be read"),
    (threemf(cube_object(1), '<item objectid="1" transform="1 2 3"/>'), "the 3MF's model cannot be read"),
    (threemf(cube_object(1).replace('v1="0"', 'v1="90"'), '<item objectid="1"/>'), "names a vertex that is not there"),
    (threemf(cube_object(1).replace('x="0"', 'x="nan"'), '<item objectid="1"/>'), "vertices are not numbers"),
    (threemf('<object id="1"><components><component objectid="1"/></components></object>', '<item objectid="1"/>'),
     "components nest more than 16 deep"),
    (threemf(cube_object(1), '<item objectid="1"/>')[:-40], "no 3MF package"),
])
def test_3mf_that_is_none(data: bytes, sentence: str) -> None:
    with pytest.raises(InputFileError) as caught:
        import_mesh(data, "plate.3mf")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["part.step", "part", "stl"])
def test_other_kinds_are_refused(name: str) -> None:
    with pytest.raises(InputFileError, match=r"a model is a file of type \.stl, \.obj, \.3mf"):
        import_mesh(stl(CUBE), name)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(24)), st.lists(st.integers(0, 2), min_size=24, max_size=24),
       st.lists(st.booleans(), min_size=24, max_size=24))
def test_the_order_of_facets_and_their_sense_do_not_matter(order: list[int], turn: list[int], flip: list[bool]) -> None:
    facets = np.concatenate([CUBE, box((30, 0, 0), (40, 10, 20))])[order]
    facets = np.stack([np.roll(f, k, axis=0) for f, k in zip(facets, turn, strict=True)])
    turned = np.where(np.asarray(flip)[:, None, None], facets[:, ::-1], facets)
    (mesh,) = import_mesh(stl(turned), "part.stl")
    assert volume_mm3(mesh) == pytest.approx(3000, rel=1e-6)
    assert closed_and_oriented(mesh)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_body_or_a_sentence(data: bytes) -> None:
    for name in ("x.stl", "x.obj", "x.3mf"):
        with pytest.raises(InputFileError):
            import_mesh(data, name)


def test_doubles_and_opposites_leave() -> None:
    faces = np.array([(0, 1, 2), (2, 0, 1), (3, 4, 5), (5, 4, 3), (6, 7, 8)])
    assert without_doubles(faces).tolist() == [[0, 1, 2], [6, 7, 8]]


def test_facing_alike_keeps_the_sense_of_most() -> None:
    faces = FACETS.copy()
    faces[3] = faces[3, ::-1]
    turned = facing_alike(faces, 8)
    assert turned is not None
    assert [sorted(f) == sorted(g) for f, g in zip(turned.tolist(), FACETS.tolist(), strict=True)] == [True] * 12
    assert (turned == faces).all(axis=1).sum() == 11


def test_our_own_stl_comes_back() -> None:
    mesh = Mesh("cube", np.unique(CUBE.reshape(-1, 3), axis=0), np.zeros((0, 3), dtype=np.int64))
    order = {tuple(v): k for k, v in enumerate(mesh.vertices.tolist())}
    faces = np.asarray([[order[tuple(p)] for p in facet] for facet in CUBE.tolist()])
    (again,) = import_mesh(write_stl((Mesh("cube", mesh.vertices, faces),), "cube"), "cube.stl")
    assert volume_mm3(again) == pytest.approx(1000)
