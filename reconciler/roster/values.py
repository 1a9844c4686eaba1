"""What may stand in a single value, column by column.

Sound columns are judged as a whole, by joining them; only a column with something odd in it is gone through value by value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from reconciler.diagnostic import Severity
from reconciler.roster.layout import POLICIES
from reconciler.roster.part import Part
from reconciler.roster.report import Report, always, quoted

LONGEST = {"id": 256, "class_number": 256, "email_address": 128, "": 1024}
"""Characters that Apple tells again of what was uploaded (MDM Protocol Reference, "MDM Rosters"); the files' own limits are not published.
An e-mail address may become the name of an account, which has at most 128."""
SPREADSHEET = re.compile(r"[0-9]+\.0+|[0-9][.,]?[0-9]*E\+[0-9]+")
PLAIN_ID = re.compile(r"[A-Za-z0-9-]*")
TOLERATED_ID = re.compile(r"[A-Za-z0-9._@-]*")
MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
NUMBERS = ("person_number", "course_number", "class_number", "grade_level")


@dataclass(frozen=True, slots=True)
class Rule:
    """`bad`: whether a value breaks it. `sentence` follows the column's name and, where it may be shown, the value."""

    bad: Callable[[str], object]
    sentence: str
    hint: str
    severity: Severity = Severity.ERROR


BREAK = "\r\n\t\x85\u2028\u2029"
BREAKS = Rule(re.compile(f"[{BREAK}]").search, "holds a line break or a tab.", "Apple reads one line as one row: write a blank instead.")
BACKSLASH = Rule(lambda value: "\\" in value, "holds a backslash, which has a meaning of its own in Apple's files.", "Delete it.")
CURLY = Rule(re.compile("[“”„‟]").search, "holds a curly quote, which Apple refuses.", 'Write a straight one: ".')
FLOAT = Rule(SPREADSHEET.fullmatch, "is what a spreadsheet makes of a number.", "Format the column as text and export it again.")
ID_WRONG = Rule(
    lambda value: not TOLERATED_ID.fullmatch(value), "is not an identifier of Apple's.", "Identifiers have letters, digits and hyphens."
)
ID_ODD = Rule(
    lambda value: TOLERATED_ID.fullmatch(value) and not PLAIN_ID.fullmatch(value),
    "has characters beside letters, digits and hyphens.",
    "Apple's guide allows no others; uploads with dots, underscores and @ have been seen to work.",
    Severity.WARNING,
)
POLICY = Rule(lambda value: value not in POLICIES, "is not a passcode policy.", "Write 4, 6 or 8, or leave it blank.")
MAIL_WRONG = Rule(lambda value: value and not MAIL.fullmatch(value), "is not an e-mail address.", "It has one @ and no blanks.")


def check_values(part: Part, report: Report) -> None:
    """Every value of a part."""
    for column, values in part.columns.items():
        joined = "".join(values)
        _odd_characters(part, column, joined, report)
        _too_long(part, column, report)
        if column.partition("_id")[1]:
            _identifiers(part, column, joined, report)
        elif column in NUMBERS and ("." in joined or "E+" in joined):
            apply(FLOAT, part, column, report)
    if "password_policy" in part.columns:
        apply(POLICY, part, "password_policy", report)
    if "email_address" in part.columns:
        apply(MAIL_WRONG, part, "email_address", report)


def apply(rule: Rule, part: Part, column: str, report: Report) -> None:
    """Report every value of a column that breaks a rule. Values repeat, so each is judged once."""
    values = part.column(column)
    bad = {value for value in set(values) if rule.bad(value)}
    if bad:
        rows, called = [row for row, value in enumerate(values) if value in bad], part.called(column)
        report.rows(part, column, rows, lambda row: f"{called}{quoted(column, values[row])} {rule.sentence}", rule.hint, rule.severity)


def _odd_characters(part: Part, column: str, joined: str, report: Report) -> None:
    if any(sign in joined for sign in BREAK):
        apply(BREAKS, part, column, report)
    if "\\" in joined:
        apply(BACKSLASH, part, column, report)
    if any(quote in joined for quote in "“”„‟"):
        apply(CURLY, part, column, report)


def _identifiers(part: Part, column: str, joined: str, report: Report) -> None:
    if PLAIN_ID.fullmatch(joined):
        return
    for rule in (FLOAT, ID_WRONG, ID_ODD):
        apply(replace(rule, bad=partial(_speaks, rule)), part, column, report)


def _speaks(rule: Rule, value: str) -> bool:
    return _first(value) is rule


def _first(value: str) -> Rule | None:
    """The rule that speaks about an identifier that breaks several."""
    return next((rule for rule in (BREAKS, BACKSLASH, CURLY, FLOAT, ID_WRONG, ID_ODD) if rule.bad(value)), None)


def _too_long(part: Part, column: str, report: Report) -> None:
    values = part.column(column)
    limit = LONGEST.get("id" if column.partition("_id")[1] else column, LONGEST[""])
    if max(map(len, values), default=0) > limit:
        rows = [row for row, value in enumerate(values) if len(value) > limit]
        called = part.called(column)
        report.rows(part, column, rows, lambda row: f"{called} has {len(values[row]):,} characters.", f"Apple keeps at most {limit:,}.")


def check_required(part: Part, report: Report) -> None:
    """What every row must have. A column that is missing as a whole was reported by the reader."""
    for column in part.layout.required:
        if column in part.columns and "" in part.columns[column]:
            rows = [row for row, value in enumerate(part.columns[column]) if not value]
            report.rows(part, column, rows, always(f"{part.called(column)} is blank."), _why(column, part))


def _why(column: str, part: Part) -> str:
    if column == "location_id" and column != part.layout.key:
        return "Apple creates nobody and nothing without a location."
    return "Apple requires it in every row."
