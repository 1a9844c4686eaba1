"""The log of an activity: which device failed, in Apple's words.

Apple documents no layout. Seen: rows of varying width above a header whose first cell holds serial_number, with operation_status
and operation_substatus (terraform-provider-axm). So everything else means "no words", and never an error: reading back decides.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from providers.apple_school import calls
from providers.wire.message import Call
from reconciler.errors import ProviderError

SUCCESS = "SUCCESS"


def read(url: str, base_url: str) -> Call[dict[str, str]]:
    """Serial → Apple's word, for the devices that failed; {} where there is no log or nothing can be read in it.

    The address comes from an answer, so it must be https, or below the API's own address (a rehearsal on a port).
    """
    if not url.startswith(("https://", f"{base_url}/")):
        return {}
    try:
        text = yield from calls.log(url)
    except ProviderError:
        return {}
    return words(text)


def words(text: str) -> dict[str, str]:
    """Serial → Apple's word in a log's text. A last line that was cut off says nothing."""
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return {}
    return dict(_failures(rows))


def _failures(rows: list[list[str]]) -> Iterator[tuple[str, str]]:
    header: list[str] = []
    for row in rows:
        if not header:
            header = [_plain(cell) for cell in row] if row and "serial_number" in _plain(row[0]) else []
        elif len(row) >= len(header):
            cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
            status, why = cells.get("operation_status", SUCCESS), cells.get("operation_substatus", "")
            if row[0].strip() and status.upper() != SUCCESS:
                yield row[0].strip(), why or status


def _plain(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_")
