"""The Python API: a catalogue of releases, machines and materials; options in, verified job out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fabwright import __version__
from fabwright.errors import BundleError, InputFileError, UnknownNameError, UsageError
from fabwright.machines.registry import machine_class, machine_classes
from fabwright.model import Attachment, Machine, Material, Nominal, Verdict, bytes_digest
from fabwright.model import Job as JobFiles
from fabwright.model import Variant as ConfiguredOptions
from fabwright.store import bundles
from fabwright.store.locations import read_profiles, read_template, read_templates
from fabwright.store.releases import Release, find_release, read_releases

if TYPE_CHECKING:
    from fabwright.bundle.reading import BundleContents
    from fabwright.design import OptionInfo
    from fabwright.pipeline import Order, Surroundings

GENERATOR = f"Fabwright {__version__}"
ARCHIVE_SUFFIX = ".fabjob"
OnStage = Callable[[str], None]


def _quiet(stage: str) -> None:
    """Hear a stage's name and say nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A verified job: `verdict`, `files` (name to bytes), `manifest`, `programs`, `price_drivers`; `save` writes it."""

    contents: JobFiles

    @property
    def id(self) -> str:
        """Digest of everything that decided this job."""
        return self.contents.id

    @property
    def name(self) -> str:
        """The folder's name when saved."""
        return self.contents.name

    @property
    def verdict(self) -> Verdict:
        """What reading the written programs back has shown."""
        return self.contents.verdict

    @property
    def files(self) -> Mapping[str, bytes]:
        """Every file of the job by relative name."""
        return self.contents.files

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The parsed manifest.json."""
        return self.contents.manifest

    @property
    def programs(self) -> tuple[str, ...]:
        """Names of the program files in running order."""
        return self.contents.programs

    @property
    def price_drivers(self) -> Mapping[str, float]:
        """Measured figures a price is made from (machine time, material)."""
        return self.contents.price_drivers

    def save(self, parent: str | Path, single_file: bool = False) -> Path:
        """Write the job below `parent`, as a folder or as one `.fabjob` file: whole or not at all.

        Raises StoreError when the disk refuses, UsageError when something else stands in the way.
        """
        if single_file:
            from fabwright.bundle.reading import single_file as pack

            return bundles.save_file(pack(self.files), Path(parent) / f"{self.name}{ARCHIVE_SUFFIX}")
        return bundles.save_folder(self.files, Path(parent), self.name)


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A release with checked options: can be made on any machine its design serves, and exported as geometry."""

    design: Design
    configured: ConfiguredOptions

    @property
    def options(self) -> Mapping[str, Any]:
        """The canonical options, defaults filled in."""
        return self.configured.options

    @property
    def digest(self) -> str:
        """SHA-256 of the release's identity and the canonical options."""
        return self.configured.digest

    def make(self, machine: str | Machine, material: str | Material, measured_thickness_mm: float | None = None,
             parameters: Mapping[str, Any] | None = None, on_stage: OnStage = _quiet) -> Job:
        """Build, plan, write, read back and judge; `on_stage` hears each stage's name as it begins.

        `parameters` are the machine class's planning parameters; "engine" among them names the planner ("native", or
        "prusaslicer" where that is installed). Raises UsageError (unknown names), RefusedError (cannot be made well
        there), VerificationError (the written file does not make the part; carries the verdict).
        """
        from fabwright import pipeline

        order = self.order(machine, material, measured_thickness_mm, parameters)
        around = _surroundings(order.machine, on_stage)
        return Job(pipeline.make(order, self.design.release.load().build, around))

    def order(self, machine: str | Machine, material: str | Material, measured_thickness_mm: float | None = None,
              parameters: Mapping[str, Any] | None = None) -> Order:
        """Everything that decides a job, as the line takes it."""
        from fabwright.pipeline import DesignFacts, Order

        catalogue, release = self.design.catalogue, self.design.release
        chosen = catalogue.machine(machine) if isinstance(machine, str) else machine
        stuff = catalogue.material(material) if isinstance(material, str) else material
        facts = DesignFacts(release.id, str(release.version), release.title, release.digest, release.classes,
                            release.refused)
        return Order(facts, self.configured, chosen, stuff, measured_thickness_mm, dict(parameters or {}))

    def export(self, file_format: str, machine: str | Machine | None = None, material: str | Material | None = None,
               measured_thickness_mm: float | None = None, body: str | None = None) -> bytes:
        """Geometry as one file: stl, 3mf, step, glb, png of the solids; dxf, svg (and png) of the flat parts.

        Without a machine the first one is taken whose class works on that form of part. Raises UnknownNameError for
        a format or body that is not there, ClassRefusedError when the design has no such form.
        """
        from fabwright.exports import export_variant

        return export_variant(self, file_format, machine, material, measured_thickness_mm, body)


def _surroundings(machine: Machine, on_stage: OnStage) -> Surroundings:
    """The texts and programs of this computer that the line is given."""
    from fabwright.pipeline import Surroundings
    from fabwright.store.engine_process import run_engine

    templates = read_templates()
    if machine.controller not in templates:
        raise UnknownNameError("controller", machine.controller, tuple(sorted(templates)))
    return Surroundings(templates[machine.controller], read_template("setup-sheet.html.j2"), GENERATOR, run_engine,
                        on_stage)


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """One release of a design in a catalogue."""

    catalogue: Catalogue
    release: Release

    @property
    def id(self) -> str:
        """The design's name."""
        return self.release.id

    @property
    def version(self) -> str:
        """The release's semantic version."""
        return str(self.release.version)

    @property
    def title(self) -> str:
        """What a customer calls it."""
        return self.release.title

    @property
    def classes(self) -> Mapping[str, str]:
        """Classes of machine that it serves, each with a summary."""
        return self.release.classes

    @property
    def options(self) -> tuple[OptionInfo, ...]:
        """Every option with unit, range, step, default and help."""
        from fabwright.design import describe

        return describe(self.release.load().options)

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of the options, in the subset that drafts 07 and 2020-12 share."""
        from fabwright.design import json_schema

        return json_schema(self.release.load().options, f"urn:fabwright:{self.id}:{self.version}", self.title)

    def configure(self, options: Mapping[str, Any] | None = None, base_folder: str | Path = ".") -> Variant:
        """Check options and give the variant they order; OptionErrors lists every problem.

        A file option takes a path (relative to `base_folder`) or an `Attachment`.
        """
        from fabwright.design import configure

        model = self.release.load().options
        raw = attach_files(self, dict(options or {}), Path(base_folder))
        return Variant(self, configure(model, raw, self.id, self.version))


def attach_files(design: Design, raw: dict[str, Any], base_folder: Path) -> dict[str, Any]:
    """Replace the path given for a file option by the file itself; InputFileError when it cannot be read."""
    for info in design.options:
        value = raw.get(info.name)
        if info.type == "attachment" and isinstance(value, str | Path):
            path = base_folder / Path(value)
            data = bundles.read_input(path, LARGEST_ATTACHMENT_BYTES)
            raw[info.name] = Attachment(path.name, data, bytes_digest(data))
    return raw


LARGEST_ATTACHMENT_BYTES = 64 << 20
LARGEST_MODEL_BYTES = 1 << 30


def _model_file(path: Path) -> Attachment:
    data = bundles.read_input(path, LARGEST_MODEL_BYTES)
    return Attachment(path.name, data, bytes_digest(data))


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Releases, machines and materials: the built-in ones and those of the folders it was opened with."""

    releases: tuple[Release, ...]
    _profiles: Mapping[str, Mapping[str, tuple[str, Mapping[str, Any]]]] = field(repr=False)

    def designs(self) -> tuple[Design, ...]:
        """Every release, by name and version."""
        return tuple(Design(self, r) for r in self.releases)

    def get(self, spec: str) -> Design:
        """The newest release that fits: `insole`, `insole@1.0.0`, `insole@^1`; UnknownNameError otherwise."""
        return Design(self, find_release(self.releases, spec))

    def machines(self) -> tuple[Machine, ...]:
        """Every machine, by name."""
        return tuple(self.machine(name) for name in self._profiles["machine"])

    def machine(self, name: str) -> Machine:
        """The machine of that name; UnknownNameError names the nearest."""
        document = self._document("machine", name)
        return machine_class(str(document["machine"]["class"])).parse_machine(document)

    def materials(self) -> tuple[Material, ...]:
        """Every material, by name."""
        return tuple(self.material(name) for name in self._profiles["material"])

    def material(self, name: str) -> Material:
        """The material of that name; UnknownNameError names the nearest."""
        document = self._document("material", name)
        return machine_class(str(document["material"]["class"])).parse_material(document)

    def _document(self, kind: str, name: str) -> Mapping[str, Any]:
        known = self._profiles[kind]
        if name not in known:
            raise UnknownNameError(kind, name, tuple(known))
        return known[name][1]

    def slice_model(self, model: str | Path | Attachment, machine: str | Machine, material: str | Material,
                    parameters: Mapping[str, Any] | None = None, on_stage: OnStage = _quiet) -> Job:
        """A verified job for somebody's mesh: an STL, OBJ or 3MF file in mm, made as it lies in the file.

        Takes a path, or the file itself as an `Attachment`. Raises InputFileError for what is not a closed body,
        ClassRefusedError for a machine that does not work on solids, and what `Variant.make` raises.
        """
        from fabwright import pipeline
        from fabwright.geometry.import_mesh import read_model

        chosen = self.machine(machine) if isinstance(machine, str) else machine
        stuff = self.material(material) if isinstance(material, str) else material
        source = model if isinstance(model, Attachment) else _model_file(Path(model))
        order = pipeline.model_order(source, chosen, stuff, dict(parameters or {}))
        meshes, found = read_model(source.data, source.name)
        return Job(pipeline.make_model(order, Nominal(meshes), _surroundings(chosen, on_stage), found))

    def verify_job(self, path: str | Path) -> Verdict:
        """Derive a job's verdict again from the bytes of its bundle (a folder or a `.fabjob` file) alone.

        The limits are those of the machine and material profiles known here. Raises BundleError when a file is
        missing, added or altered, UnknownNameError when the machine or material is not known here.
        """
        from dataclasses import replace

        from fabwright import pipeline
        from fabwright.bundle.revision import profile_checks

        contents, machine = self._bundle(Path(path))
        material = self.material(contents.material_id)
        verdict = pipeline.verify(contents.program, contents.nominal, contents.setup, machine, material)
        return replace(verdict, checks=(*profile_checks(contents, machine, material), *verdict.checks))

    def _bundle(self, where: Path) -> tuple[BundleContents, Machine]:
        """A bundle's contents and its machine as known here."""
        from fabwright.bundle.reading import open_single_file, read_bundle

        if where.is_dir():
            files = bundles.read_folder(where)
        else:
            files = open_single_file(bundles.read_input(where), str(where))
        contents = read_bundle(files, str(where))
        machine = self.machine(contents.machine_id)
        if machine.controller != contents.program.controller:
            raise BundleError(f"{where}: written for {contents.program.controller}, {machine.id} speaks "
                              f"{machine.controller}")
        return contents, machine

    def layer_pictures(self, path: str | Path, number: int, machine: str | Machine | None = None
                       ) -> Mapping[str, bytes]:
        """PNG files of one layer, counted from 1: "layer" by features and, for a job, its "deviation" from the solid.

        Takes a job (a folder or a `.fabjob` file), or anyone's program with the machine that it is for. Raises
        UsageError for a layer that is not there, ClassRefusedError where programs have no layers.
        """
        from fabwright import pipeline

        where = Path(path)
        if machine is None:
            contents, known = self._bundle(where)
            program = contents.program.files[0]
            trace = pipeline.read_back(program.data, program.name, known)
            return pipeline.layer_pictures(trace, number, known, (contents.nominal, contents.setup))
        known = self.machine(machine) if isinstance(machine, str) else machine
        return pipeline.layer_pictures(pipeline.read_back(bundles.read_input(where), where.name, known), number, known)

    def verify_program(self, path: str | Path, machine: str | Machine) -> Verdict:
        """Safety checks on anyone's program for a machine; there is no solid to compare it with, which is said."""
        from fabwright import pipeline

        chosen = self.machine(machine) if isinstance(machine, str) else machine
        where = Path(path)
        return pipeline.verify_file(bundles.read_input(where), where.name, chosen)


def open_catalogue(designs: Sequence[str | Path] = (), profiles: Sequence[str | Path] = ()) -> Catalogue:
    """The built-in catalogue plus folders of designs and of machine and material profiles.

    Raises UsageError when a design or profile there is not well-formed or a name is taken twice.
    """
    releases = read_releases([Path(d) for d in designs])
    found: dict[str, dict[str, tuple[str, Mapping[str, Any]]]] = {}
    for kind in ("machine", "material"):
        table: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for origin, document in read_profiles(kind, [Path(p) for p in profiles]):
            head = document.get(kind)
            if not isinstance(head, Mapping) or not isinstance(head.get("id"), str):
                raise UsageError(f"{origin}: a {kind} profile needs a [{kind}] table with id, title and class")
            if head.get("class") not in machine_classes():
                raise UnknownNameError(f"machine class (in {origin})", str(head.get("class")), tuple(machine_classes()))
            if head["id"] in table:
                raise UsageError(f"{origin}: {kind} {head['id']!r} is already defined in {table[head['id']][0]}")
            table[head["id"]] = (origin, document)
        found[kind] = {name: table[name] for name in sorted(table)}
    return Catalogue(releases, found)


__all__ = [
    "Catalogue", "Design", "InputFileError", "Job", "Variant", "open_catalogue",
]
