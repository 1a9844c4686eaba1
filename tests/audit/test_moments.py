from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from reconciler.audit.moments import local, period
from reconciler.errors import ReconcilerError

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2025-12-31T23:00:00.000Z", "2026-12-31T22:59:59.999Z"),
        ("2026-12", "2026-11-30T23:00:00.000Z", "2026-12-31T22:59:59.999Z"),
        ("2026-11-23", "2026-11-22T23:00:00.000Z", "2026-11-23T22:59:59.999Z"),
        ("2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.999Z"),
        ("2026-11-23T08", "2026-11-23T07:00:00.000Z", "2026-11-23T07:59:59.999Z"),
        ("2026-11-23 08:15", "2026-11-23T07:15:00.000Z", "2026-11-23T07:15:59.999Z"),
        ("2026-11-23T08:15:30Z", "2026-11-23T08:15:30.000Z", "2026-11-23T08:15:30.999Z"),
        ("2026-11-23T08:15-05:00", "2026-11-23T13:15:00.000Z", "2026-11-23T13:15:59.999Z"),
    ],
)
def test_a_part_of_a_date_is_all_of_it(text: str, first: str, last: str) -> None:
    """A year, a month, a day and so on are all of it, in the organization's time zone, on days of 23 hours, too."""
    assert period(text, BERLIN) == (first, last)


@pytest.mark.parametrize("text", ["yesterday", "23.11.2026", "2026-13", "2026-02-30", "2026-11-23T25", "9999"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """What is no date is refused with how one is written."""
    with pytest.raises(ReconcilerError, match="is not an ISO date"):
        period(text, BERLIN)


def test_moments_are_shown_in_the_zone() -> None:
    """A moment of the ledger is shown as the organization's clocks showed it, and one that is none as it stands."""
    assert local("2026-11-23T23:15:00.000Z", BERLIN) == "2026-11-24 00:15 CET"
    assert local("soon", BERLIN) == "soon"
