"""What an import did, row by row, as its activity will tell it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from providers.simulator.academic.reader import Quirk
from providers.simulator.store import Store

SUCCESS, ISSUE = "SUCCESS", "ISSUE"


class Journal:
    """Collects rows and keeps them at the end; a quirk decides whether what stayed as it was is told."""

    def __init__(self, quirk: Quirk) -> None:
        self._quirk = quirk
        self._rows: list[tuple[str, str, str, str]] = []
        self.issues = False

    def issue(self, section: str, cells: Sequence[str], substatus: str) -> None:
        """A row that could not be applied."""
        self.issues = True
        self._add(section, cells, ISSUE, substatus)

    def done(self, section: str, cells: Sequence[str], substatus: str) -> None:
        """A row that changed something."""
        self._add(section, cells, SUCCESS, substatus)

    def known(self, section: str, cells: Sequence[str], *, changed: bool) -> None:
        """A row for something that was there already."""
        if changed or self._quirk("activity_log_unchanged") == "updated":
            self.done(section, cells, "UPDATED")

    def removed(self, section: str, cells: Sequence[str]) -> None:
        """Something of a class or course that the upload left out."""
        word = self._quirk("activity_log_removed")
        if word != "absent":
            self.done(section, cells, word)

    def write(self, store: Store, import_id: str) -> None:
        """Keep everything under an import."""
        store.many("INSERT INTO import_rows VALUES (?, ?, ?, ?, ?, ?)", ((import_id, n, *row) for n, row in enumerate(self._rows)))

    def _add(self, section: str, cells: Sequence[str], status: str, substatus: str) -> None:
        self._rows.append((section, orjson.dumps(list(cells)).decode(), status, substatus))
