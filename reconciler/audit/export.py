"""The ledger to hand on: a table for spreadsheets, and one page that needs no network and prints well."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.audit.question import touched_by
from reconciler.audit.rows import COLUMNS, Row, records

if TYPE_CHECKING:
    from jinja2 import Template  # what is loaded late below

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is taken for a formula by spreadsheets, and may run something."""
NAMES = 200
"""Names shown of one group on the page; the table has them all."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above: whose ledger, what was asked, what became of the checks, and when this was made."""

    organization: str
    asked: str
    checks: Sequence[str]
    sound: bool
    made: str


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """Write a CSV that spreadsheets open as UTF-8. OSError if it cannot be written."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({key: _harmless(value) for key, value in record.items()} for record in records(rows))


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def write_page(path: Path, heading: Heading, rows: Iterable[Row]) -> None:
    """Write one HTML file. OSError if it cannot be written."""
    shown = [(row, [(kind, told, names[:NAMES], len(names) - NAMES) for kind, told, names in touched_by(row.line)]) for row in rows]
    path.write_text(_template().render(heading=heading, rows=shown), encoding="utf-8", newline="\n")


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # 45 ms that only --html needs to pay

    loader = PackageLoader("reconciler.audit", ".")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).get_template(
        "page.html.j2"
    )
