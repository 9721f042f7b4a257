"""Each folder tests/bad/kicad-*: a board file and the sentence it must produce; and files too large to store."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fabwright.errors import InputFileError
from fabwright.geometry.kicad.reader import read_board

FOLDERS = sorted((Path(__file__).parents[2] / "bad").glob("kicad-*"))
FRAME = '(gr_rect (start 0 0) (end 40 30) (layer "Edge.Cuts"))'


def refusal(data: bytes) -> str:
    with pytest.raises(InputFileError) as caught:
        read_board(data, "input.kicad_pcb")
    return str(caught.value)


def test_there_are_bad_boards() -> None:
    assert len(FOLDERS) >= 20


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_bad_board_is_refused_with_its_sentence(folder: Path) -> None:
    expected = (folder / "expected.txt").read_text().strip()
    assert refusal((folder / "input.kicad_pcb").read_bytes()).startswith(expected)


@pytest.mark.parametrize(("data", "expected"), [
    (b"(" * 50_000_000, "has 50.0 MB, the limit is 33.6 MB"),
    (b"(kicad_pcb " + b"(" * 50_000_000, "has 50.0 MB, the limit is 33.6 MB"),
    (b"(kicad_pcb " + b"(" * 30_000_000, "holds 30000001 brackets, the limit is 4000000"),
    (b"(kicad_pcb " + b"(a)" * 9_000_000 + b")", "holds 9000001 brackets"),
    (b"(kicad_pcb (general " + b"(a)" * 1_000_000 + b"))", "more than 1500000 words and brackets"),
    (b"(kicad_pcb " + b")" * 30_000_000, "there is more text after the end of the board"),
    (b'(kicad_pcb "' + b"x" * 30_000_000, "the quote opened here is never closed"),
    (b"(kicad_pcb " + b'"' * 30_000_001, "holds 30000001 quotes, the limit is 8000000"),
    (b"(kicad_pcb " + b"a " * 4_000_000, "more than 1500000 words and brackets"),
], ids=["50-mb-open", "50-mb-in-board", "30-mb-open", "many-lists", "many-kept-lists", "30-mb-closed", "endless-text",
        "quotes", "words"])
def test_floods_are_refused_quickly(data: bytes, expected: str) -> None:
    start = time.perf_counter()
    assert expected in refusal(data)
    assert time.perf_counter() - start < 10.0


def test_too_many_outline_lines_are_refused() -> None:
    lines = "".join(f'(gr_line (start {k} 0) (end {k} 1) (layer "Edge.Cuts"))' for k in range(6_700)) * 3
    expected = "20100 lines are drawn on the layer Edge.Cuts, the limit is 20000"
    assert expected in refusal(f"(kicad_pcb {lines})".encode())


def test_every_cut_of_a_board_is_refused() -> None:
    whole = f"(kicad_pcb (version 1) {FRAME} (footprint \"A (b)\" (at 1 2)))"
    read_board(whole.encode(), "whole")
    for length in range(len(whole)):
        assert "input.kicad_pcb" in refusal(whole[:length].encode())
