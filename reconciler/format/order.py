"""In which order the keys of each group are written: the order of the models that read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from reconciler.kinds import KINDS
from reconciler.settings import Settings


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a group: its keys in order (none: they are names, and stay as they are) and the shape below a key."""

    keys: Sequence[str] = ()
    below: Callable[[str], Shape | None] | None = None

    def inner(self, key: str) -> Shape:
        """The shape of the value at a key; free where nothing is known of it."""
        return (self.below(key) if self.below else None) or _FREE

    def sorted(self, keys: Sequence[str]) -> list[str]:
        """The keys of a group in the models' order; as they are where one of them is not the models'."""
        if not set(keys) <= set(self.keys):
            return list(keys)
        return sorted(keys, key=self.keys.index)


_FREE = Shape()


def of_file() -> Shape:
    """A whole file: settings sections, then kinds."""
    sections = _of_model(Settings)
    entries = {kind.plural: _named(_of_model(kind.entry)) for kind in KINDS.values() if kind.plural}
    return Shape((*sections.keys, *entries), lambda key: entries.get(key) or sections.inner(key))


def _named(shape: Shape) -> Shape:
    """A group of names that all have the same shape below them."""

    def below(name: str) -> Shape:
        del name
        return shape

    return Shape(below=below)


def _of_model(model: type[BaseModel]) -> Shape:
    fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    return Shape(tuple(fields), lambda key: _of(fields.get(key)))


def _of(annotation: Any) -> Shape:  # Any: a type expression
    """The shape of a field's value. A list has the shape of its items."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _of_model(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return _named(_of(arguments[1]))
    return next((found for argument in arguments if (found := _of(argument)) is not _FREE), _FREE)
