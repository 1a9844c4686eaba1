"""Rules that claim devices by what Apple says of them (the attributes of OrgDevice, Apple School Manager API)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field, model_validator

from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import DAY, Filled, Json, OneOrMany, Reader, Text, read_text, wrong
from reconciler.kinds.suggest import did_you_mean, short

FAMILIES = ("AppleTV", "Mac", "Vision", "Watch", "iPad", "iPhone", "iPod")
PURCHASE_SOURCES = ("APPLE", "MANUALLY_ADDED", "RESELLER")


class Traits(NamedTuple):
    """What rules can match of a device; texts as on the wire, empty where Apple has none. Equal traits are one object."""

    family: str = ""
    model: str = ""
    product_type: str = ""
    order: str = ""
    part: str = ""
    source: str = ""
    source_id: str = ""
    color: str = ""
    capacity: str = ""
    added: date | None = None


def _known_word(words: tuple[str, ...]) -> Reader:
    """A pattern that must hit one of Apple's own words, in any case."""

    def read(value: object) -> str:
        text = read_text(value)
        if not any(map(_pattern((text,)), words)):
            raise wrong(f"{short(text)} is none of Apple's words.", did_you_mean(text, words))
        return text

    any_case = "|".join("".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in word) for word in words)
    return Reader(read, {"anyOf": [{"enum": list(words)}, {"type": "string", "pattern": rf"\*|^({any_case})$"}]})


Many = Annotated[tuple[Text, ...] | None, OneOrMany()]
FamilyWord = Annotated[str, _known_word(FAMILIES)]
SourceWord = Annotated[str, _known_word(PURCHASE_SOURCES)]


def _several(description: str, *examples: Any) -> Any:
    return Field(default=None, description=description, examples=list(examples))


class Added(Entry):
    """When a device was added to the organization; both days belong to it."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    from_: Annotated[date | None, DAY] = Field(default=None, alias="from", description="The first day.")
    to: Annotated[date | None, DAY] = Field(default=None, description="The last day.")

    @model_validator(mode="after")
    def _sound(self) -> Added:
        if self.from_ is None and self.to is None:
            raise wrong("has neither from nor to.", "Write added: {from: 2026-01-01}, for example.")
        if self.from_ and self.to and self.to < self.from_:
            raise wrong(f"ends on {self.to}, before it begins on {self.from_}.")
        return self


def _nothing_asked(schema: Json) -> None:
    schema["minProperties"] = 1


class MatchEntry(Entry):
    """Claims every device for which all lines hold, devices to come included. A list means any of these; `*` stands for any text;
    upper and lower case are the same."""

    model_config = ConfigDict(json_schema_extra=_nothing_asked)

    family: Annotated[tuple[FamilyWord, ...] | None, OneOrMany()] = _several("Product family.", "iPad", ["Mac", "iPad"], "*")
    model: Many = _several("Marketing name, as the portal shows it.", "iPad (10th*")
    product_type: Many = _several("Apple's model identifier.", "iPad13,18")
    order: Many = _several("Order number.", ["PO-2026-114"])
    part: Many = _several("Part number.", "MPQ03LL/A")
    color: Many = _several("Colour.", "SILVER")
    capacity: Many = _several("Storage.", "64GB")
    source: Annotated[tuple[SourceWord, ...] | None, OneOrMany()] = _several("Who added the device.", "APPLE", "RESELLER")
    source_id: Many = _several("Apple's customer number or the reseller's id.", "1084F20")
    added: Annotated[Added | None, Filled()] = _several("When the device was added.", {"from": "2026-01-01", "to": "2026-06-30"})

    @model_validator(mode="after")
    def _asks_something(self) -> MatchEntry:
        if not self.model_fields_set:
            raise wrong("is empty and would claim every device.", 'Write family: "*" if you mean it.')
        return self


def _pattern(patterns: Sequence[str]) -> Callable[[str], object]:
    """Whether a text is any of the patterns; `*` is the only wildcard, so that brackets in model names stay brackets.

    Plain texts are looked up, however many: a ministry lists thousands of orders.
    """
    plain = frozenset(pattern.casefold() for pattern in patterns if "*" not in pattern)
    expression = "|".join(".*".join(map(re.escape, pattern.casefold().split("*"))) for pattern in patterns if "*" in pattern)
    if not expression:
        return lambda text: text.casefold() in plain
    found = re.compile(expression, re.DOTALL).fullmatch
    return lambda text: text.casefold() in plain or found(text.casefold())


def _between(added: Added) -> Callable[[date | None], object]:
    first, last = added.from_ or date.min, added.to or date.max
    return lambda day: day is not None and first <= day <= last


class Match:
    """A match entry, compiled (see reconciler.desired.Matcher)."""

    __slots__ = ("tests",)

    def __init__(self, entry: MatchEntry) -> None:
        asked = [(index, name) for index, name in enumerate(Traits._fields) if getattr(entry, name) is not None]
        self.tests: list[tuple[int, Callable[[Any], object]]] = [
            (index, _between(entry.added) if name == "added" and entry.added else _pattern(getattr(entry, name))) for index, name in asked
        ]
