"""Jobs on disk: whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from fabwright.errors import InputFileError, StoreError, UsageError
from fabwright.store import bundles

FILES = {"manifest.json": b"{}", "programs/a.nc": b"G21\n", "geometry/x.stl": bytes(5000)}


def visible(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_folder_reads_back_as_written(tmp_path: Path) -> None:
    path = bundles.save_folder(FILES, tmp_path / "deep" / "out", "job-1")
    assert bundles.read_folder(path) == FILES
    assert visible(tmp_path / "deep" / "out") == ["job-1"]


def test_saving_again_replaces_the_whole_job(tmp_path: Path) -> None:
    bundles.save_folder(FILES, tmp_path, "job-1")
    path = bundles.save_folder({"manifest.json": b"{ }"}, tmp_path, "job-1")
    assert bundles.read_folder(path) == {"manifest.json": b"{ }"}
    assert visible(tmp_path) == ["job-1"]


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(StoreError, match="the disk is full; nothing was kept"):
        bundles.save_folder(FILES, tmp_path, "job-1")
    with pytest.raises(StoreError, match="the disk is full"):
        bundles.save_file(b"x", tmp_path / "job.fabjob")
    assert visible(tmp_path) == []


def test_a_full_disk_keeps_the_older_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundles.save_folder(FILES, tmp_path, "job-1")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(StoreError):
        bundles.save_folder({"manifest.json": b"new"}, tmp_path, "job-1")
    assert bundles.read_folder(path) == FILES
    assert visible(tmp_path) == ["job-1"]


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bundles.save_folder(FILES, tmp_path, "job-1")
    assert visible(tmp_path) == []


def test_bytes_that_the_disk_changed_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda self: b"rot")
    with pytest.raises(StoreError, match="other bytes than were written"):
        bundles.save_folder(FILES, tmp_path, "job-1")
    assert visible(tmp_path) == []


def test_something_else_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "job-1").mkdir()
    (tmp_path / "job-1" / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match="not a job folder"):
        bundles.save_folder(FILES, tmp_path, "job-1")
    assert (tmp_path / "job-1" / "thesis.txt").read_text() == "precious"


def test_a_missing_or_oversize_input_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no such file"):
        bundles.read_input(tmp_path / "none.json")
    with pytest.raises(InputFileError, match="is a folder"):
        bundles.read_input(tmp_path)
    (tmp_path / "big").write_bytes(bytes(100))
    with pytest.raises(InputFileError, match="has 100 bytes; at most 10 are read"):
        bundles.read_input(tmp_path / "big", 10)
