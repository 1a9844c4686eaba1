"""Serial numbers as Apple writes them, and as people and spreadsheets do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconciler.kinds.suggest import one_of, short

LENGTHS = frozenset(range(8, 15))
"""Apple documents none; 10 to 12 are in use. Wider, so that no real device is refused."""
SERIAL = re.compile(r"[A-Z0-9]{8,14}")
EXCEL_NUMBER = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+")


def sound(serials: Sequence[str]) -> bool:
    """Whether all are serial numbers exactly as Apple writes them. Judged as a whole: a ministry has a million."""
    if not set(map(len, serials)) <= LENGTHS:
        return False
    joined = "".join(serials)
    return joined.isascii() and joined.isalnum() and joined == joined.upper()


def clean_serial(text: str) -> str:
    """Text as people paste it (spaces around it, lower case, Excel's leading apostrophe), as Apple writes serial numbers."""
    return text.strip().removeprefix("'").upper()


def serial_problem(serial: str) -> tuple[str, str] | None:
    """What is wrong with a cleaned serial number, and what to do; None if it can be one."""
    if SERIAL.fullmatch(serial):
        return None
    if EXCEL_NUMBER.fullmatch(serial):
        return f"{short(serial)} is what a spreadsheet makes of a serial number.", "Format the column as text and export it again."
    bad = sorted(set(re.sub(r"[A-Z0-9]", "", serial)))
    if bad:
        return f"{short(serial)} is not a serial number: it holds {one_of(bad)}.", "Serial numbers have letters and digits only."
    return (
        f"{short(serial)} is not a serial number: it has {len(serial)} character{'s' * (len(serial) != 1)}.",
        "Serial numbers have 8 to 14.",
    )
