"""What a kind's file needs in order to turn entries of the user's files into desired state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from reconciler.desired import Desired
from reconciler.diagnostic import Severity
from reconciler.resource import Source


class Entry(BaseModel):
    """One entry as people write it; unknown keys are refused. Models are built when first used: not every run needs every one."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, validate_by_alias=True, validate_by_name=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """Serial numbers from one place, in order, and where the one at an index stands (found only when somebody asks)."""

    serials: Sequence[str]
    place: Callable[[int], Source]


class Board(Protocol):
    """The loader, as a kind sees it: what is known, where things stand, and where findings and results go."""

    today: date
    zone: ZoneInfo
    desired: Desired

    def known(self, kind: str) -> Collection[str]:
        """The names of every entry of a kind, those with errors included."""
        ...

    def source(self, kind: str, name: str, *path: str | int) -> Source:
        """Where an entry's name stands, or the value at a path inside it."""
        ...

    def say(self, source: Source, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        """Report a finding."""
        ...

    def table(self, file: str, column: str | None, asked: Source) -> Listed | None:
        """The serial numbers of a CSV file, `file` relative to the configuration folder; None after reporting what is wrong with it."""
        ...
