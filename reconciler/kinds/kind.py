"""What the verbs need to know of a kind. A new kind is one value of this class in its family's file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.found import Draft, Omitted, Survey
from reconciler.resource import Address, Declared, Spec


def _nothing(spec: Any) -> tuple[Address, ...]:
    del spec
    return ()


def _nameless(traits: Any) -> str:
    del traits
    return ""


def _no_day(spec: Any) -> date | None:
    del spec
    return None


def _as_it_is(items: Mapping[str, Declared], veil: Veil) -> Mapping[str, Declared]:
    del veil
    return items


class Veil(Protocol):
    """How people are called outside these files."""

    def who(self, person: str) -> str:
        """A roster's person under a pseudonym; an administrator, who is named in these files, by that key."""
        ...

    def mask(self, attribute: str, value: str) -> str:
        """What stands for a value that tells who somebody is."""
        ...


def _declares_nothing(entries: Mapping[str, Any], board: Board) -> None:
    del entries, board


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is in addresses, `plural` is the top-level key of the files (empty for kinds that follow from
    others and are not written), `noun` what people call one and many.

    `needs` names what must exist first. `placed` is the attribute that says where a thing is (for a device, its service): moves are
    shown and guarded by it; empty for kinds whose things are nowhere.
    `idle` is what people say of something that such a thing could hang on and does not (a device that is unassigned).
    `describe` turns traits into what people call such a thing ("iPad"); empty means the noun.
    `labels` are people's words for attributes whose own name does not speak for itself.
    `whole` names the set of kinds that a channel takes only all at once, so that none of it may be planned without the rest.
    `personal` names attributes that tell who somebody is: shown in no output. Findings quote nothing of such a kind's entries.
    `due` is the day by which a task for it must be done, None where Apple sets none.
    `lapses` says what it means that one of them ended unattested; empty for kinds that do not end by themselves.
    `veiled` turns what the files declare into what may be planned: people by pseudonyms.
    `watched` kinds only end on a day, which reconciler.renewals tells: nothing of them is planned, recorded or read back.
    `entry` is one entry under `plural` as people write it; `build` turns all of them, by name, into desired state.
    `export` turns live things into entries that say exactly that; None where no entry can.
    """

    name: str
    plural: str
    noun: tuple[str, str]
    spec: type[Spec]
    needs: Callable[[Any], Sequence[Address]] = _nothing  # Any: each kind's own spec
    placed: str = ""
    whole: str = ""
    idle: str = ""
    describe: Callable[[Any], str] = _nameless
    labels: Mapping[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    due: Callable[[Any], date | None] = _no_day
    lapses: str = ""
    veiled: Callable[[Mapping[str, Declared], Veil], Mapping[str, Declared]] = _as_it_is
    watched: bool = False
    entry: type[Entry] = Entry
    build: Callable[[Mapping[str, Any], Board], None] = _declares_nothing  # Any: each kind's own entry
    export: Callable[[Survey], Iterable[Draft | Omitted]] | None = None

    @property
    def gathered(self) -> bool:
        """Whether plans tell of many in one line, with their count."""
        return bool(self.placed or self.whole)

    def place(self, spec: Spec) -> str:
        """Where a thing with this spec is; empty for kinds whose things are nowhere."""
        return str(getattr(spec, self.placed)) if self.placed else ""
