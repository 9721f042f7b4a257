"""A bounded, iterative reader of S-expressions that keeps only the lists asked for."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from fabwright.geometry.kicad.source import Source

# Boards nest about ten deep and hold some 70,000 lists and 15,000 texts a megabyte (measured on KiCad's largest
# demonstration, 7.4 MB); what goes far beyond is not a board.
MAX_DEPTH = 64
MAX_LISTS = MAX_TEXTS = 4_000_000
MAX_KEPT = 1_500_000
# Possessive: a text that is never closed is given up after one pass.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rf'{_STRING}|[()]|[^\s()"]+|"', re.DOTALL)
_BRACKET = re.compile(rf'{_STRING}|[()"]', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class Node(NamedTuple):
    """One list: its first word, the character position of its bracket, and what follows the first word."""

    name: str
    at: int
    items: tuple[Node | str, ...]

    def lists(self, *names: str) -> list[Node]:
        """Child lists of these names, in order."""
        return [i for i in self.items if isinstance(i, Node) and i.name in names]

    def first(self, *names: str) -> Node | None:
        """The first child list of one of these names."""
        return next((i for i in self.items if isinstance(i, Node) and i.name in names), None)

    def words(self) -> tuple[str, ...]:
        """Child words (text and symbols alike), in order."""
        return tuple(i for i in self.items if isinstance(i, str))


def read_tree(source: Source, wanted: Collection[str], ignored: Collection[str]) -> Node:
    """The one list of the text, with its child lists whose name is in `wanted`; lists named in `ignored` are left out.

    InputFileError with the line for brackets or quotes that do not match, for anything after the end, for nesting
    beyond MAX_DEPTH, and for more lists, texts or kept words than MAX_LISTS, MAX_TEXTS and MAX_KEPT.
    """
    text = source.text
    for mark, name, limit in (("(", "brackets", MAX_LISTS), ('"', "quotes", 2 * MAX_TEXTS)):
        if text.count(mark) > limit:
            raise source.refusal(0, f"holds {text.count(mark)} {name}, the limit is {limit}; this is not a board")
    stack: list[tuple[int, list[Node | str]]] = []
    position = kept = 0
    while True:
        for match in _TOKEN.finditer(text, position):
            word = match.group()
            kept += 1
            if kept > MAX_KEPT:
                raise source.refusal(match.start(), f"more than {MAX_KEPT} words and brackets describe outline and "
                                                    "parts; this is not a board")
            if word == "(":
                _check_opening(source, match.start(), stack)
                stack.append((match.start(), []))
            elif word == ")":
                node = _closed(source, stack, match.start())
                if not stack:
                    _nothing_after(source, match.end())
                    return node
                stack[-1][1].append(node)
            elif word == '"':
                raise source.refusal(match.start(), _UNCLOSED_QUOTE)
            else:
                at, items = stack[-1]
                if not items and (word in ignored or (len(stack) == 2 and word not in wanted)):
                    stack.pop()
                    position = _after(source, match.end(), at)
                    break
                items.append(_ESCAPE.sub(r"\1", word[1:-1]) if word[0] == '"' else word)
        else:
            raise _truncated(source, [at for at, _ in stack])


_UNCLOSED_QUOTE = "the quote opened here is never closed; the file is cut off or damaged, save it in KiCad again"


def _check_opening(source: Source, at: int, stack: list[tuple[int, list[Node | str]]]) -> None:
    if len(stack) == MAX_DEPTH:
        raise source.refusal(at, f"brackets nest deeper than {MAX_DEPTH}; this is not a board")
    if stack and not stack[-1][1]:
        raise source.refusal(at, "a bracket follows a bracket where a name belongs; the file is damaged")


def _closed(source: Source, stack: list[tuple[int, list[Node | str]]], end: int) -> Node:
    if not stack:
        raise source.refusal(end, "a bracket closes that was never opened")
    at, items = stack.pop()
    if items and isinstance(items[0], str):
        return Node(items[0], at, tuple(items[1:]))
    return Node("", at, tuple(items))


def _after(source: Source, position: int, opened: int) -> int:
    """Position just after the list that was opened at `opened` and is not wanted."""
    depth = 1
    for match in _BRACKET.finditer(source.text, position):
        word = match.group()
        if word == "(":
            depth += 1
            if depth > MAX_DEPTH:
                raise source.refusal(match.start(), f"brackets nest deeper than {MAX_DEPTH}; this is not a board")
        elif word == ")":
            depth -= 1
            if depth == 0:
                return match.end()
        elif word == '"':
            raise source.refusal(match.start(), _UNCLOSED_QUOTE)
    raise _truncated(source, [opened])


def _nothing_after(source: Source, position: int) -> None:
    rest = _TOKEN.search(source.text, position)
    if rest is not None:
        raise source.refusal(rest.start(), "there is more text after the end of the board; the file is damaged")


def _truncated(source: Source, opened: list[int]) -> Exception:
    at = opened[-1] if opened else 0
    name = re.match(r"\(\s*([^\s()\"]{0,40})", source.text[at:at + 60])
    what = f"'({name.group(1)}' opened here" if name else "a bracket opened here"
    return source.refusal(at, f"the file ends before {what} is closed: it is truncated; save it in KiCad again")
