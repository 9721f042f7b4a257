"""Bracket and semicolon comments of block-structured programs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stripped:
    """A line's words without comments and blanks (a stray closing bracket stays in), its comments in order, and what is
    wrong with the brackets where a controller is strict about them."""

    body: str
    comments: tuple[str, ...]
    fault: str


def strip_comments(text: str) -> Stripped:
    """Take the comments out: `( ... )` anywhere, `;` to the end of the line."""
    body: list[str] = []
    comments: list[str] = []
    fault, at = "", 0
    while at < len(text):
        character = text[at]
        if character == "(":
            end = text.find(")", at)
            inner = text[at + 1:end if end >= 0 else len(text)]
            comments.append(inner)
            if end < 0:
                fault = "a comment in brackets is not closed on its line."
                break
            if "(" in inner:
                fault = "a comment in brackets holds another one."
            at = end
        elif character == ")":
            fault = "a closing bracket has no opening one."
            body.append(character)
        elif character == ";":
            comments.append(text[at + 1:])
            break
        elif not character.isspace():
            body.append(character)
        at += 1
    return Stripped("".join(body).upper(), tuple(comments), fault)
