"""The words that everything shares: address, spec, source, and the declared and the observed state of one thing.

Bulk kinds (a district has 200,000 devices) never hold one object per device: a `Declared` or a `Seen` is shared by all
devices that a rule or a service covers, and the tables are plain dicts from name to that shared object.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

import orjson
from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Names one thing: `kind/name`. Prints, parses, compares; nothing else."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `kind/name`; ValueError if either half is missing."""
        kind, slash, name = text.partition("/")
        if not (kind and slash and name):
            raise ValueError(f'"{text}" is not an address; write kind/name, for example device_assignment/DMPX4K2Q1')
        return cls(kind, name)


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A place in the user's files. `file` is relative to the configuration folder; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Spec(BaseModel):
    """The desired attributes of one address, frozen. The same model is filled from the wire, so a diff is a comparison.

    None means "not managed": `given` fills it from what is observed before the two are compared.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)

    def given(self, observed: Spec | None, *, ours: bool) -> Spec:
        """What this declaration means for a thing that is now `observed`: unmanaged attributes keep their live value.

        `ours`: the observed state is what we last applied. Kinds override this where a value is only a means to an end.
        """
        del ours  # only kinds that can take back what they set need to know
        if observed is None:
            return self
        unmanaged = {name: getattr(observed, name) for name, value in self if value is None}
        return self.model_copy(update=unmanaged) if unmanaged else self

    def managed(self, by: Spec) -> Spec:
        """This spec without the attributes that the declaration `by` leaves unmanaged: what the record's fingerprint is taken of."""
        unmanaged = {name: None for name, value in by if value is None}
        return self.model_copy(update=unmanaged) if unmanaged else self

    def claimed(self, by: Spec) -> Spec:
        """What of this spec is ours once it has landed as `by` wants it: what the record holds from then on."""
        return self.managed(by)

    @property
    def untold(self) -> bool:
        """Of what a channel says of a thing: whether it cannot even tell that the thing is there."""
        return False

    def unread(self, observed: Spec) -> tuple[str, ...]:
        """Attributes that this spec wants and the channel does not tell; only a person can attest them."""
        return tuple(name for name, value in self if value is not None and getattr(observed, name) is None)


S = TypeVar("S", bound=Spec)


def lean(spec: S) -> S:
    """The same spec in half the memory: where everybody of a district has one, all share one set of the fields that were given."""
    object.__setattr__(spec, "__pydantic_fields_set__", _fields(type(spec)))
    return spec


@cache
def _fields(model: type[Spec]) -> set[str]:
    return set(model.model_fields)


@lru_cache(maxsize=65536)
def fingerprint(spec: Spec) -> str:
    """Sixteen hex digits that two equal specs share; what the record keeps instead of the spec itself."""
    text = orjson.dumps(spec.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the configuration wants of one address, or of every device of one rule: `origin` names the entry it comes from.

    `fingerprint`: of kinds that take their own; empty where it is that of the spec.
    """

    spec: Spec
    source: Source
    origin: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a channel says of one address. An empty `remote_id` means that the name itself is the channel's identity.

    `fingerprint`: of kinds that take their own; empty where it is that of the spec. `by_channel`: only this channel can have made it so,
    so that changing it takes nothing away from anybody.
    """

    spec: Spec
    remote_id: str = ""
    fingerprint: str = ""
    by_channel: bool = False
