"""The command line as a person and as a program see it: documents, sentences, exit codes, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fabwright.cli import main

NANO_LASER = ["make", "enclosure", "--set", "board=arduino-nano", "--machine", "grbl-laser-600x400", "--material",
              "acrylic-3mm", "--measured-thickness", "2.87"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert main([*NANO_LASER, "--out", str(out), "--quiet"]) == 0
    (folder,) = out.iterdir()
    return folder


@pytest.mark.parametrize(("command", "kind"), [("designs", "insole"), ("machines", "prusa-mk4s"),
                                               ("materials", "acrylic-3mm")])
def test_lists_as_table_and_as_one_document(capsys: pytest.CaptureFixture[str], command: str, kind: str) -> None:
    code, table, _ = run(capsys, command)
    assert code == 0
    assert kind in table
    code, text, err = run(capsys, command, "--json")
    assert (code, err) == (0, "")
    assert kind in [entry["id"] for entry in json.loads(text)]


def test_show_names_unit_range_and_default(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(capsys, "show", "insole")
    assert code == 0
    row = next(line for line in text.splitlines() if line.startswith("arch_mm"))
    assert "mm" in row
    assert "0 to 30" in row
    assert "18" in row


def test_show_gives_a_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(capsys, "show", "enclosure", "--json-schema")
    assert code == 0
    assert json.loads(text)["properties"]["wall_mm"]["x-unit"] == "mm"


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["show", "insol"], "unknown design 'insol'; did you mean 'insole'?"),
    (["show", "insole@9"], "insole@9"),
    (["make", "insole", "--machine", "prusa-mk5", "--material", "pla"], "unknown machine 'prusa-mk5'"),
    (["make", "insole", "--machine", "prusa-mk4s", "--material", "wood"], "unknown material 'wood'"),
    (["make", "insole", "--set", "arch_mm=99", "--machine", "prusa-mk4s", "--material", "tpu-95a"], "arch_mm"),
    (["make", "insole", "--set", "colour=red", "--machine", "prusa-mk4s", "--material", "tpu-95a"], "colour"),
    (["make", "insole", "--set", "arch_mm", "--machine", "prusa-mk4s", "--material", "tpu-95a"], "arch_mm"),
    (["make", "insole", "--options", "/nonexistent.json", "--machine", "prusa-mk4s", "--material", "pla"],
     "no such file"),
    (["export", "insole", "--format", "obj", "--out", "x.obj"], "unknown export format 'obj'"),
    (["verify", "/nonexistent"], "no such job or program"),
    (["make", "insole"], "Missing option"),
    (["frobnicate"], "No such command"),
    (["designs", "--frobnicate"], "No such option"),
])
def test_bad_usage_is_a_sentence_and_exit_code_2(capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                                 monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
                                                 ) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert sentence in err
    assert out == ""
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("document", "sentence"), [
    ('{"arch_mm": 10, "arch_mm": 12}', "arch_mm"), ('{"arch_mm": NaN}', "NaN"), ("[1]", "object"), ("{", "JSON"),
    ('{"arch_mm": 1e999}', "arch_mm"), ('{"side": "' + "x" * 70_000 + '"}', "the limit is 65536"),
])
def test_a_bad_options_file_is_refused_before_any_geometry(capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                                           document: str, sentence: str) -> None:
    path = tmp_path / "options.json"
    path.write_text(document)
    code, _, err = run(capsys, "make", "insole", "--options", str(path), "--machine", "prusa-mk4s", "--material",
                       "tpu-95a", "--out", str(tmp_path / "out"))
    assert code == 2
    assert sentence in err
    assert not (tmp_path / "out").exists()


def test_errors_are_one_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "make", "insole", "--set", "arch_mm=99", "--machine", "prusa-mk4s", "--material",
                       "tpu-95a", "--json")
    document = json.loads(out)
    assert code == document["exit_code"] == 2
    assert document["problems"][0]["path"] == "arch_mm"
    assert document["problems"][0]["nearest"] == 30


def test_a_class_that_cannot_make_it_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "make", "enclosure", "--machine", "grbl-router-800", "--material", "pom", "--out",
                       str(tmp_path / "out"))
    assert code == 3
    assert "Classes that can make it" in err
    assert not (tmp_path / "out").exists()


def test_a_saved_job_verifies(capsys: pytest.CaptureFixture[str], job: Path) -> None:
    code, out, _ = run(capsys, "verify", str(job), "--json")
    assert code == 0
    assert json.loads(out)["verdict"] == json.loads((job / "verdict.json").read_text()) | {
        "checks": json.loads(out)["verdict"]["checks"]}


def test_a_program_needs_its_machine_named(capsys: pytest.CaptureFixture[str], job: Path) -> None:
    program = next((job / "programs").iterdir())
    code, _, err = run(capsys, "verify", str(program))
    assert code == 2
    assert "--machine" in err
    assert run(capsys, "verify", str(program), "--machine", "grbl-laser-600x400")[0] == 0


@pytest.mark.parametrize("spoil", [lambda t: t.replace("G21", "G20"), lambda t: t.replace("M5\n", "", 1),
                                   lambda t: t + "G0 X9999\n", lambda t: t + "FROBNICATE\n"])
def test_a_spoilt_program_fails_with_exit_code_4(capsys: pytest.CaptureFixture[str], job: Path, tmp_path: Path,
                                                 spoil: object) -> None:
    program = next((job / "programs").iterdir())
    path = tmp_path / program.name
    path.write_text(spoil(program.read_text().replace("M2\n", "")))  # type: ignore[operator]
    code, out, _ = run(capsys, "verify", str(path), "--machine", "grbl-laser-600x400")
    assert code == 4
    assert "FAILED" in out


def test_an_altered_job_fails_with_exit_code_4(capsys: pytest.CaptureFixture[str], job: Path, tmp_path: Path) -> None:
    import shutil
    copy = tmp_path / "job"
    shutil.copytree(job, copy)
    program = next((copy / "programs").iterdir())
    program.write_text(program.read_text() + "\n")
    code, _, err = run(capsys, "verify", str(copy))
    assert code == 4
    assert "has been altered" in err


@pytest.mark.parametrize("file_format", ["dxf", "svg"])
def test_export_writes_one_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, file_format: str) -> None:
    target = tmp_path / f"box.{file_format}"
    code, out, err = run(capsys, "export", "enclosure", "--set", "board=arduino-nano", "--format", file_format,
                         "--out", str(target), "--machine", "grbl-laser-600x400", "--material", "acrylic-3mm")
    assert code == 0, err
    assert out.strip() == str(target)
    assert target.stat().st_size > 500
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


def test_ctrl_c_leaves_no_partial_job(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-m", "fabwright", *NANO_LASER, "--out", str(tmp_path / "out")],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stderr is not None
    # The first stage announces itself on stderr; interrupt the work after it.
    assert "enclosure" in process.stderr.readline()
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "stopped" in err
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []
