"""Findings about rows: each with its exact place, the first few of a kind in full, and how many more there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.suggest import short
from reconciler.roster.layout import PERSON_IDS, PERSONAL
from reconciler.roster.part import Part

LIMIT = 20
"""Findings of one rule for one column; a spreadsheet that went wrong as a whole would bury everything else."""


@dataclass(slots=True)
class Report:
    """Where rules put what they find. `exact`: a folder that is to be uploaded as it stands, so that nothing gets put right on the way."""

    found: list[Diagnostic] = field(default_factory=list)
    exact: bool = False

    @property
    def untidy(self) -> Severity:
        """How much it matters what our writer would put right."""
        return Severity.ERROR if self.exact else Severity.WARNING

    def say(self, finding: Diagnostic) -> None:
        """One finding."""
        self.found.append(finding)

    def rows(
        self,
        part: Part,
        column: str,
        rows: Sequence[int],
        message: Callable[[int], str],
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """The same problem in many rows of one column: `message` is asked for each row that is shown."""
        for row in rows[:LIMIT]:
            self.say(Diagnostic(part.place(row, column), message(row), hint, severity))
        if len(rows) > LIMIT:
            place = part.place(rows[LIMIT], column)
            more = f"The same is wrong with {column} in {len(rows) - LIMIT:,} more row{'s' * (len(rows) > LIMIT + 1)}, from here on."
            self.say(Diagnostic(place, more, "", severity))


def always(message: str) -> Callable[[int], str]:
    """The same message for every row."""
    return lambda _: message


def shown(value: str) -> str:
    """An id of a place, a course or a class as findings quote it."""
    return short(value) if value else "(no id)"


def who(value: str) -> str:
    """An id of a person as findings quote it. One that is an e-mail address or may be a name is not."""
    if "@" in value:
        return "(an e-mail address)"
    return "(perhaps a name)" if " " in value else shown(value)


def quoted(column: str, value: str) -> str:
    """A value as findings may show it: empty for personal columns, else behind a blank."""
    if column in PERSONAL or not value:
        return ""
    return f" {who(value) if column.startswith(PERSON_IDS) else shown(value)}"
