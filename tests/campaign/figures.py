"""The campaign's figures at the end of a test run, added up over the processes that shared it."""

from __future__ import annotations

from collections import Counter
from typing import Any

CAMPAIGN = "campaign: "
"""Begins the names of the properties that tests record for this."""


def figures(reports: list[Any]) -> list[str]:
    """A line for each figure that these tests recorded, added up."""
    counts: Counter[str] = Counter()
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if name.startswith(CAMPAIGN):
                counts[name.removeprefix(CAMPAIGN)] += value
    return [f"{value:>6,.0f}  {name}" for name, value in sorted(counts.items())]
