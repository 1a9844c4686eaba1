"""What the files say of one app at one location: who gets a licence, and how many are kept free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.resource import Declared

Test = tuple[int, Callable[[Any], object]]
"""A trait by its index, and whether a value of it will do (see reconciler.desired.Matcher)."""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """Devices: those that are listed, and those for which all that is asked holds (None: not asked).

    `assignments` and `servers` are keys of these files; `tests` look at the traits of devices.
    """

    listed: tuple[tuple[str, ...], ...] = ()
    assignments: frozenset[str] | None = None
    servers: frozenset[str] | None = None
    tests: tuple[Test, ...] | None = None

    @property
    def asks(self) -> bool:
        """Whether devices are meant that nobody lists."""
        return not (self.assignments is None and self.servers is None and self.tests is None)


@dataclass(frozen=True, slots=True)
class PeopleChoice:
    """People of the roster: those that are listed, and those for which all that is asked holds (None: not asked)."""

    listed: frozenset[str] = frozenset()
    role: str | None = None
    locations: frozenset[str] | None = None
    classes: frozenset[str] | None = None

    @property
    def asks(self) -> bool:
        """Whether people are meant that nobody lists."""
        return not (self.role is None and self.locations is None and self.classes is None)


@dataclass(frozen=True, slots=True)
class Allocation:
    """One app at one location. `name` is the app's address there; `declared` is shared by all its licences; exactly one choice is given.

    `reserve` licences stay free, at most `cap` (None: any number) are given; `lost` devices get none. Licences of ours that sit with who
    left are taken back if `from_leavers`.
    """

    name: str
    title: str
    token: str
    declared: Declared
    book: bool
    devices: DeviceChoice | None
    people: PeopleChoice | None
    reserve: int = 0
    cap: int | None = None
    from_leavers: bool = True
    lost: tuple[Sequence[str], ...] = ()


def app_name(token: str, adam_id: str, pricing: str) -> str:
    """The name of an app at a location. The parts after the token's key hold no dots."""
    return f"{token}.{adam_id}.{pricing}"


def licence_name(app: str, holder: str) -> str:
    """The name of one licence: the app's, and the serial number or pseudonym of who has it."""
    return f"{app}.{holder}"


def user_name(token: str, person: str) -> str:
    """The name of a person as a user of a location's library."""
    return f"{token}.{person}"
