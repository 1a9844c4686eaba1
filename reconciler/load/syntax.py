"""What a person did wrong where libyaml's parser gave up, in a sentence."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.error import YAMLError

from reconciler.diagnostic import Diagnostic
from reconciler.kinds.suggest import short
from reconciler.load.text import place_at
from reconciler.resource import Source

QUOTE = "Put the value in quotes if it begins with such a character."
INDENT = "Lines that belong together begin at the same column; use spaces."
SENTENCES = (
    (
        "mapping values are not allowed",
        'This ": " cannot stand here: it is the second on its line, the line is indented too far, or the line above lacks one.',
        "Put text that holds a colon in quotes.",
    ),
    ("found unexpected ':'", "A colon stands inside braces or brackets without quotes.", 'Put the value in quotes: "2026-12-15T17:00".'),
    ("could not find expected ':'", "A colon is missing after the name.", "Write name: value, with a space after the colon."),
    ("did not find expected ',' or ']'", "A list in square brackets is not closed, or a comma is missing.", "Close it with ]."),
    ("did not find expected ',' or '}'", "A group in braces is not closed, or a comma is missing.", "Close it with }."),
    ("did not find expected '-' indicator", "A line stands between the items of a list and is none of them.", INDENT),
    ("did not find expected key", "This line is not indented like the lines around it.", INDENT),
    ("did not find expected node content", "A bracket or a comma stands where a value belongs.", QUOTE),
    (
        "unknown escape character",
        'A backslash in "double quotes" begins an escape that does not exist.',
        "Use 'single quotes' for text with backslashes.",
    ),
    ("did not find expected comment or line break", "Something stands after | or > on the same line.", QUOTE),
    ("block sequence entries are not allowed", "An item of a list (- …) cannot stand here.", "Begin the list on the line below its name."),
    ("did not find expected <document start>", "The file goes on after its end.", INDENT),
    ("found unexpected document indicator", "A quoted text is not closed.", "Look for the missing quote above."),
    ("mapping keys are not allowed", "A question mark cannot stand here.", QUOTE),
    ("directive", "A line that begins with % is an instruction to YAML readers, and this one is not known.", QUOTE),
    ("version number", "The %YAML line has no version.", "Delete the line."),
    ("found incompatible YAML document", "The %YAML line asks for another version.", "Delete the line."),
    ("alphabetic or numeric character", "An & or * is not followed by a name.", QUOTE),
)


def explain(error: YAMLError, text: str, name: str) -> Diagnostic:
    """The parser's error as a finding."""
    mark: Any = getattr(error, "problem_mark", None)
    if mark is None:
        return Diagnostic(_position(error, text, name), "The file holds a character that YAML does not allow.", "Delete it.")
    problem = str(getattr(error, "problem", ""))
    place = Source(name, mark.line + 1, mark.column + 1)
    if "unexpected end of stream" in problem:
        return _unclosed(error, place)
    if "cannot start any token" in problem or "tab character" in problem:
        return _bad_start(text, place)
    for known, sentence, hint in SENTENCES:
        if known in problem:
            return Diagnostic(place, sentence, hint)
    return Diagnostic(place, "The file stops being YAML here.", f"{QUOTE} {INDENT}")


def _position(error: YAMLError, text: str, name: str) -> Source:
    offset = getattr(error, "position", None)
    return place_at(text, offset, name) if isinstance(offset, int) else Source(name)


def _unclosed(error: YAMLError, end: Source) -> Diagnostic:
    opened: Any = getattr(error, "context_mark", None)
    place = Source(end.file, opened.line + 1, opened.column + 1) if opened else end
    return Diagnostic(place, "The quote that opens here is never closed.", "Close it, or delete it.")


def _bad_start(text: str, place: Source) -> Diagnostic:
    line = (text.splitlines() or [""])[place.line - 1 : place.line]
    found = line[0][place.column - 1 : place.column] if line else ""
    if found == "\t":
        return Diagnostic(place, "A tab stands where YAML allows only spaces.", "Replace it with spaces.")
    return Diagnostic(place, f"A value cannot begin with {short(found)}.", QUOTE)
