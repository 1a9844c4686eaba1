"""How things stand as far as we ourselves know: the record, explained by the private copy of the last accepted upload."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from reconciler.provider import Known
from reconciler.resource import Seen, Spec
from reconciler.roster.copies import Copies, Copy
from reconciler.roster.marks import Mark, remembered


class Baseline:
    """What was accepted. A record from an older upload than the copy, or from another machine, is explained by its marks alone."""

    def __init__(self, recorded: Mapping[str, Mapping[str, Known]], copies: Copies) -> None:
        self._recorded = recorded
        self._copies = copies

    def of(self, kind: str) -> Mapping[str, Known]:
        """What the record has of a kind."""
        return self._recorded.get(kind, {})

    def spec(self, kind: str, name: str) -> Spec | None:
        """How a thing was when it was last accepted, UNKNOWN in parts where nothing here tells; None if it is not ours."""
        known = self.of(kind).get(name)
        if known is None:
            return None
        copied = self._copy.spec(kind, name) if self._copy.mark(kind, name) == known.fingerprint else None
        return copied or remembered(kind, Mark.read(known.fingerprint))

    def seen(self, kind: str, name: str) -> Seen:
        """The same as something seen. KeyError if it is not ours."""
        known, spec = self.of(kind)[name], self.spec(kind, name)
        if spec is None:
            raise KeyError(name)
        return Seen(spec, known.remote_id, known.fingerprint)

    def explains(self, kind: str, name: str) -> bool:
        """Whether the copy tells how a thing of ours was."""
        return self._copy.mark(kind, name) == self.of(kind)[name].fingerprint

    @cached_property
    def _copy(self) -> Copy:
        return self._copies.accepted()


class Sightings(Mapping[str, Seen]):
    """What is there of one kind; each thing is looked at when somebody asks, and is one object from then on."""

    def __init__(self, names: Mapping[str, object], look: Callable[[str], Seen]) -> None:
        self._names = names
        self._look = look
        self._found: dict[str, Seen] = {}

    def __getitem__(self, name: str) -> Seen:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names
