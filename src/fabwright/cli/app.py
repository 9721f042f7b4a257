"""The commands of `fabwright` and what each hands to the API."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fabwright import __version__
from fabwright.cli.output import error_document, print_json, say
from fabwright.errors import FabwrightError, UsageError

app = typer.Typer(name="fabwright", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
                  pretty_exceptions_enable=False,
                  help="Versioned parametric designs become verified jobs for the machine at hand.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
DesignName = Annotated[str, typer.Argument(metavar="DESIGN", help="A design, e.g. insole, insole@1.0.0, insole@^1.")]
Assignments = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="One option; repeatable.")]
OptionsFile = Annotated[Path | None, typer.Option("--options", metavar="FILE", help="Options as a JSON object; --set "
                                                  "overrides single ones.")]
Thickness = Annotated[float | None, typer.Option("--measured-thickness", metavar="MM",
                                                 help="Measured thickness of the sheet or block.")]
DesignFolders = Annotated[list[Path] | None, typer.Option("--designs", metavar="FOLDER", help="More designs.")]
Parameters = Annotated[list[str] | None, typer.Option("--parameter", metavar="NAME=VALUE", help="A planning "
                                                     "parameter of the machine class, e.g. layer_height_mm=0.2; "
                                                     "repeatable.")]
Engine = Annotated[str | None, typer.Option("--engine", help="Who plans: native (the default), or a slicer that the "
                                            "machine class knows, e.g. prusaslicer.")]
ProfileFolders = Annotated[list[Path] | None, typer.Option("--profiles", metavar="FOLDER",
                                                           help="More machine and material profiles.")]


# Typer carries its own copy of click in some versions and imports it in others: take the class from its family.
_USAGE_EXCEPTION: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


def _catalogue(designs: list[Path] | None, profiles: list[Path] | None) -> Any:
    from fabwright.api import open_catalogue

    return open_catalogue(designs or [], profiles or [])


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        sys.stdout.write(f"fabwright {__version__}\n")
        raise typer.Exit


@app.command()
def designs(json: AsJson = False, designs: DesignFolders = None) -> None:
    """List the designs, their versions and the classes of machine each serves."""
    from fabwright.cli.listing import list_designs

    list_designs(_catalogue(designs, None), json)


@app.command()
def machines(json: AsJson = False, profiles: ProfileFolders = None) -> None:
    """List the machines."""
    from fabwright.cli.listing import list_profiles

    list_profiles(_catalogue(None, profiles).machines(), "machine", json)


@app.command()
def materials(json: AsJson = False, profiles: ProfileFolders = None) -> None:
    """List the materials."""
    from fabwright.cli.listing import list_profiles

    list_profiles(_catalogue(None, profiles).materials(), "material", json)


@app.command()
def show(design: DesignName, json: AsJson = False, designs: DesignFolders = None,
         json_schema: Annotated[bool, typer.Option("--json-schema", help="JSON Schema of the options.")] = False
         ) -> None:
    """Show a design's options with unit, range, default and help."""
    from fabwright.cli.listing import show_design

    show_design(_catalogue(designs, None).get(design), json, json_schema)


@app.command()
def make(design: DesignName,
         machine: Annotated[str, typer.Option("--machine", help="See `fabwright machines`.")],
         material: Annotated[str, typer.Option("--material", help="See `fabwright materials`.")],
         assign: Assignments = None, options: OptionsFile = None, measured_thickness: Thickness = None,
         out: Annotated[Path, typer.Option("--out", help="Folder for the job's folder.")] = Path("out"),
         single_file: Annotated[bool, typer.Option("--single-file", help="One .fabjob file, not a folder.")] = False,
         parameter: Parameters = None, engine: Engine = None, designs: DesignFolders = None,
         profiles: ProfileFolders = None, json: AsJson = False, quiet: Quiet = False
         ) -> None:
    """Make a verified job: build, plan, write, read back, judge, bundle."""
    from fabwright.cli.making import make_job, parse_parameters

    make_job(_catalogue(designs, profiles).get(design), machine, material, assign or [], options, measured_thickness,
             parse_parameters(parameter or [], engine), out, single_file, json, quiet)


@app.command(name="slice")
def slice_(model: Annotated[Path, typer.Argument(metavar="MODEL", help="An STL, OBJ or 3MF file, in mm.")],
           machine: Annotated[str, typer.Option("--machine", help="See `fabwright machines`.")],
           material: Annotated[str, typer.Option("--material", help="See `fabwright materials`.")],
           out: Annotated[Path, typer.Option("--out", help="Folder for the job's folder.")] = Path("out"),
           single_file: Annotated[bool, typer.Option("--single-file", help="One .fabjob file, not a folder.")] = False,
           parameter: Parameters = None, engine: Engine = None, profiles: ProfileFolders = None, json: AsJson = False,
           quiet: Quiet = False) -> None:
    """Make a verified job for somebody's mesh, as it lies in the file."""
    from fabwright.cli.making import parse_parameters, slice_file

    slice_file(_catalogue(None, profiles), model, machine, material, parse_parameters(parameter or [], engine), out,
               single_file, json, quiet)


@app.command()
def export(design: DesignName,
           file_format: Annotated[str, typer.Option("--format", help="stl, 3mf, step, dxf, svg, glb or png.")],
           out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")],
           assign: Assignments = None, options: OptionsFile = None, measured_thickness: Thickness = None,
           machine: Annotated[str | None, typer.Option("--machine", help="Whose fits and compensation apply; the "
                              "first that makes this form of part by default.")] = None,
           material: Annotated[str | None, typer.Option("--material", help="Likewise.")] = None,
           body: Annotated[str | None, typer.Option("--body", help="Only this body.")] = None,
           designs: DesignFolders = None, profiles: ProfileFolders = None, json: AsJson = False, quiet: Quiet = False
           ) -> None:
    """Write a variant's geometry as one file."""
    from fabwright.cli.making import export_file

    export_file(_catalogue(designs, profiles).get(design), file_format, out, assign or [], options, measured_thickness,
                machine, material, body, json, quiet)


@app.command()
def verify(path: Annotated[Path, typer.Argument(metavar="JOB|PROGRAM", help="A job folder, a .fabjob file, or any "
                                                "program file (then --machine).")],
           machine: Annotated[str | None, typer.Option("--machine", help="The machine a program file is for.")] = None,
           profiles: ProfileFolders = None, json: AsJson = False, quiet: Quiet = False) -> None:
    """Derive a job's verdict again from its bytes, or check anyone's program for safety on a machine."""
    from fabwright.cli.making import verify_path

    raise typer.Exit(verify_path(_catalogue(None, profiles), path, machine, json, quiet))


@app.command(name="show-layer")
def show_layer(path: Annotated[Path, typer.Argument(metavar="JOB|PROGRAM", help="A job folder, a .fabjob file, or any "
                                                    "program of layers (then --machine).")],
               number: Annotated[int, typer.Argument(metavar="N", help="The layer, counted from 1.")],
               out: Annotated[Path | None, typer.Option("--out", metavar="PNG", help="The picture to write; of a job "
                                                        "also one of the deviation beside it.")] = None,
               machine: Annotated[str | None, typer.Option("--machine", help="The machine that a program file is for."
                                                           )] = None,
               profiles: ProfileFolders = None, json: AsJson = False) -> None:
    """Draw a layer in the colours of its features and, of a job, how it deviates from the solid."""
    from fabwright.cli.layers import show_layer_of

    show_layer_of(_catalogue(None, profiles), path, number, machine, out, json)


def run(arguments: list[str]) -> int:
    """Run the command line and turn errors into sentences and exit codes."""
    as_json = "--json" in arguments
    try:
        code = app(args=arguments, prog_name="fabwright", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _stopped()
    except FabwrightError as error:
        return _report(error, as_json)
    except BrokenPipeError:
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost edge: our fault, said as such
        return _stopped() if _was_interrupted(error) else _unexpected(error, as_json)
    return code if isinstance(code, int) else 0


def _stopped() -> int:
    say("stopped; nothing was left behind")
    return 130


def _was_interrupted(error: BaseException | None) -> bool:
    """Ctrl-C while a compiled module loads arrives as that module's ImportError."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _report(error: FabwrightError, as_json: bool) -> int:
    if as_json:
        print_json(error_document(error))
    say(f"fabwright: {error}")
    return error.exit_code


def _unexpected(error: Exception, as_json: bool) -> int:
    if isinstance(error, _USAGE_EXCEPTION):
        return _report(UsageError(error.format_message()), as_json)
    import traceback

    if as_json:
        print_json({"error": type(error).__name__, "message": str(error), "exit_code": 1})
    traceback.print_exception(error)
    say("fabwright: this is our fault; please report it with the lines above")
    return 1
