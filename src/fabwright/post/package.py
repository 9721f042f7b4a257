"""The 3MF package that Bambu Lab's printers take a program in.

A package is a zip archive (stored, dates pinned: same program, same bytes) of the parts that Bambu Studio and
OrcaSlicer export with a sliced plate (their Format/bbs_3mf.cpp): the program and its MD5, what the printer shows of it,
pictures, and an empty 3D model that the format asks for.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from fabwright.errors import PostError
from fabwright.model import ToolpathFile, number_text
from fabwright.post.settings import Settings
from fabwright.post.text import comment_text

PROGRAM = "Metadata/plate_1.gcode"
_PINNED_TIME = (1980, 1, 1, 0, 0, 0)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_BAMBU = "http://schemas.bambulab.com/package/2021"

_CONTENT_TYPES = (
    f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">\n'
    ' <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\n'
    ' <Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>\n'
    ' <Default Extension="png" ContentType="image/png"/>\n'
    ' <Default Extension="gcode" ContentType="text/x.gcode"/>\n'
    "</Types>\n")
_MODEL = (
    f'{_XML}<model unit="millimeter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">\n'
    " <resources></resources>\n <build/>\n</model>\n")


def packed(file: ToolpathFile, program: bytes, settings: Settings) -> bytes:
    """The package around one program.

    The setting `model_id` names the printer to Bambu's software. Raises PostError for a job without a picture, or a
    profile without the model's id.
    """
    model = settings.values.get("model_id")
    if not isinstance(model, str) or not model:
        raise PostError(f"{file.name} (bambu): the package needs the setting 'model_id' (N2S, BL-P002, ...); add it to "
                        "the [controller] table of the machine profile")
    if not file.thumbnails:
        raise PostError(f"{file.name} (bambu): the package needs a picture of the part, and the job has none")
    pictures = sorted(file.thumbnails, key=lambda t: t.width * t.height)
    digest = hashlib.md5(program, usedforsecurity=False).hexdigest().upper()
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _CONTENT_TYPES, "_rels/.rels": _package_relations(), "3D/3dmodel.model": _MODEL,
        PROGRAM: program, f"{PROGRAM}.md5": digest, "Metadata/plate_1.png": pictures[-1].png,
        "Metadata/plate_1_small.png": pictures[0].png, "Metadata/slice_info.config": _slice_info(file, model),
        "Metadata/model_settings.config": _plate(), "Metadata/project_settings.config": _project(file),
        "Metadata/_rels/model_settings.config.rels": _related((f"/{PROGRAM}", f"{_BAMBU}/gcode")),
    }
    return _archive({name: part.encode("ascii") if isinstance(part, str) else part for name, part in parts.items()})


def _archive(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, _PINNED_TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()


def _related(*targets: tuple[str, str]) -> str:
    lines = [f' <Relationship Target="{target}" Id="rel-{k}" Type="{kind}"/>'
             for k, (target, kind) in enumerate(targets, start=1)]
    return "\n".join([f'{_XML}<Relationships xmlns="{_RELATIONS}">', *lines, "</Relationships>\n"])


def _package_relations() -> str:
    return _related(("/3D/3dmodel.model", "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"),
                    ("/Metadata/plate_1.png", f"{_RELATIONS}/metadata/thumbnail"),
                    ("/Metadata/plate_1.png", f"{_BAMBU}/cover-thumbnail-middle"),
                    ("/Metadata/plate_1_small.png", f"{_BAMBU}/cover-thumbnail-small"))


def _plate() -> str:
    values = {"plater_id": "1", "plater_name": "", "locked": "false", "gcode_file": PROGRAM,
              "thumbnail_file": "Metadata/plate_1.png"}
    return "\n".join([f"{_XML}<config>", "  <plate>", *_metadata(values), "  </plate>", "</config>\n"])


def _metadata(values: Mapping[str, str]) -> list[str]:
    return [f"    <metadata key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in values.items()]


def _slice_info(file: ToolpathFile, model: str) -> str:
    """What the printer and its software show: model, time, weight and filament."""
    facts = file.facts
    grams = _figure(file, "filament_used_g", 2)
    values = {"index": "1", "printer_model_id": comment_text(model),
              "nozzle_diameters": _figure(file, "nozzle_diameter_mm", 2), "timelapse_type": "0",
              "prediction": _figure(file, "estimated_time_s", 0), "weight": grams, "outside": "false",
              "support_used": "false", "label_object_enabled": "false"}
    kind, colour = (comment_text(str(facts.get(k, ""))) for k in ("filament_type", "filament_colour"))
    metres = number_text(float(facts["filament_used_mm"]) / 1000.0, 2)
    return "\n".join([
        f"{_XML}<config>", "  <header>", '    <header_item key="X-BBL-Client-Type" value="slicer"/>',
        '    <header_item key="X-BBL-Client-Version" value=""/>', "  </header>", "  <plate>", *_metadata(values),
        f"    <filament id=\"1\" type={quoteattr(kind)} color={quoteattr(colour)} used_m=\"{metres}\" "
        f"used_g=\"{grams}\"/>", "  </plate>", "</config>\n"])


def _figure(file: ToolpathFile, key: str, decimals: int) -> str:
    return number_text(float(file.facts[key]), decimals)


def _project(file: ToolpathFile) -> str:
    """The few settings that Bambu's software reads before it sends a file."""
    facts = file.facts
    values = {"filament_colour": [str(facts["filament_colour"])], "filament_type": [str(facts["filament_type"])],
              "nozzle_diameter": [_figure(file, "nozzle_diameter_mm", 2)],
              "printer_model": comment_text(str(facts["printer_model"])),
              "layer_height": _figure(file, "layer_height_mm", 3)}
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
