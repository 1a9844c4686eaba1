"""Every key that a row holds of another file leads to a row there.

Apple takes the upload and then fails to import it where a location or an instructor leads nowhere (User Guide, "Classes" template page).
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain

from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Part, Roster
from reconciler.roster.report import Report, shown, who

_NOUNS = {
    "locations": "location",
    "courses": "course",
    "staff": "member of staff",
    "classes": "class",
    "students": "student",
}


class References:
    """What there is to refer to, over all sources."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._keys = {name: frozenset(roster.keys(name)) for name in _NOUNS}

    def check(self, report: Report) -> None:
        """Report every reference that leads nowhere."""
        for part in chain(*(self._roster.of(name) for name in LAYOUTS), self._roster.lost):
            for column in part.columns:
                target = part.layout.refers.get(part.layout.base(column))
                if target and target not in self._roster.broken and "" not in self._keys[target]:
                    self._column(part, column, target, report)

    def _column(self, part: Part, column: str, target: str, report: Report) -> None:
        values = part.column(column)
        lost = set(values) - self._keys[target] - {""}
        if lost:
            rows, called = [row for row, value in enumerate(values) if value in lost], part.called(column)
            report.rows(part, column, rows, lambda row: f"{called} {self._sentence(values[row], target)}", "Add it, or correct the id.")

    def _sentence(self, value: str, target: str) -> str:
        if target == "staff" and value in self._keys["students"]:
            return f"{who(value)} is a student, not staff."
        if target == "students" and value in self._keys["staff"]:
            return f"{who(value)} is staff, not a student."
        near = self._folded[target].get(value.casefold())
        named = who if target in ("staff", "students") else shown
        spelled = f" There is {named(near)}; upper and lower case differ." if near else ""
        return f"{named(value)} is not a known {_NOUNS[target]}.{spelled}"

    @cached_property
    def _folded(self) -> dict[str, dict[str, str]]:
        return {name: {key.casefold(): key for key in sorted(keys)} for name, keys in self._keys.items()}
