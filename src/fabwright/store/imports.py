"""What a design's modules may import, checked in their text before any of them runs.

This keeps releases repeatable (no clock, files, network or environment) and honest about what they depend on. It is
a rule for designers, not a wall against hostile code: run only designs that you trust.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from fabwright.errors import UsageError

HEAVY = ("cadquery", "numpy", "scipy", "shapely")
PURE_STANDARD_MODULES = (
    "__future__", "abc", "bisect", "cmath", "collections", "dataclasses", "decimal", "enum", "fractions", "functools",
    "heapq", "itertools", "math", "operator", "re", "string", "textwrap", "typing",
)
FORBIDDEN_CALLS = ("__import__", "breakpoint", "compile", "eval", "exec", "input", "open")
_OURS = "fabwright.design"


def check_imports(folder: Path, sources: dict[str, bytes]) -> None:
    """Refuse a design whose modules import or call what designs may not.

    `sources` maps each module's path inside `folder` (posix) to its bytes. UsageError names every offence by file and
    line, or the syntax error of a file that is not Python.
    """
    problems: list[str] = []
    for name, source in sources.items():
        try:
            tree = ast.parse(source, filename=name)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            problems.append(f"{folder / name}:{line}: not Python: {getattr(error, 'msg', None) or error}")
            continue
        depth = name.count("/")
        problems += [f"{folder / name}:{line}: {text}" for line, text in sorted(_offences(tree, depth))]
    if problems:
        raise UsageError("\n".join(problems))


def _offences(tree: ast.Module, depth: int) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _refusal(node.lineno, alias.name, "")
        elif isinstance(node, ast.ImportFrom) and node.level > depth + 1:
            yield node.lineno, "imports from outside the design's own folder"
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield from _refusal(node.lineno, node.module or "", alias.name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            yield node.lineno, f"calls {node.func.id}(); a design computes from its options alone"


def _refusal(line: int, module: str, name: str) -> Iterator[tuple[int, str]]:
    top = module.partition(".")[0]
    if module == _OURS or (module == "fabwright" and name == "design"):
        return
    if top in HEAVY or top in PURE_STANDARD_MODULES:
        return
    if top == "fabwright":
        yield line, f"imports {module}; of Fabwright a design may import fabwright.design only"
        return
    yield line, (f"imports {module}; a design may import {', '.join(HEAVY)}, fabwright.design and the modules "
                 f"{', '.join(PURE_STANDARD_MODULES)}")
