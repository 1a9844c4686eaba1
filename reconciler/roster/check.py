"""All rules over a whole roster, in one run."""

from __future__ import annotations

from reconciler.roster.ids import check_keys
from reconciler.roster.layout import LAYOUTS
from reconciler.roster.part import Roster
from reconciler.roster.people import Terms, check_people
from reconciler.roster.references import References
from reconciler.roster.report import Report
from reconciler.roster.values import check_required, check_values


def check(roster: Roster, terms: Terms, report: Report) -> None:
    """Report everything that is wrong with a roster. Nothing is changed."""
    for name in LAYOUTS:
        for part in roster.of(name):
            check_required(part, report)
            check_values(part, report)
    check_keys(roster, report)
    References(roster).check(report)
    check_people(roster, terms, report)
