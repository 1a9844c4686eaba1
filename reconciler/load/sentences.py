"""Every finding of the models as a sentence for a school administrator; pydantic's own words are never shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from reconciler.kinds.fields import what
from reconciler.kinds.suggest import did_you_mean

Path = tuple[str | int, ...]
Model = type[BaseModel] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a path of the tree. `at_key`: the key is at fault (or the lack of one below it), not its value."""

    path: Path
    message: str
    hint: str
    at_key: bool


def findings(error: ValidationError, model: type[BaseModel], named: int = 0) -> Iterator[Finding]:
    """Every error, in words. `model` knows which keys there are to choose from; paths begin in it, after `named` steps."""
    for one in error.errors(include_url=False):
        path: Path = one["loc"]
        yield _finding(
            one["type"], path, one["input"], one.get("ctx", {}), _model_at(model, path[named:-1]), _model_at(model, path[named:])
        )


def _finding(kind: str, path: Path, value: Any, context: dict[str, Any], around: Model, here: Model) -> Finding:
    """`around` is the model that the last step is a key of, `here` the one that its value should be."""
    if kind == "said":
        return Finding(path, context["message"], context["hint"], at_key=False)
    if kind == "extra_forbidden":
        return Finding(path, "is not known here.", did_you_mean(str(path[-1]), keys_of(around)), at_key=True)
    if kind == "missing":
        return Finding(path[:-1], f"lacks {path[-1]}.", "", at_key=True)
    if value is None:
        return Finding(path, "is empty.", "Write a value, or delete the line.", at_key=True)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return Finding(path, f"must be a group of settings, not {what(value)}.", _group_hint(here), at_key=False)
    return Finding(path, f"cannot be {what(value)}.", "", at_key=False)


def _group_hint(model: Model) -> str:
    keys = keys_of(model)
    return f"It has keys of its own: {', '.join(keys)}." if keys else ""


def keys_of(model: Model) -> Collection[str]:
    """The keys that a model takes, as they are written in files."""
    return [] if model is None else [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: Model, path: Sequence[str | int]) -> Model:
    """The model of the value at a path, None where the path leads to something else."""
    for step in path:
        if isinstance(step, int) or model is None:
            continue
        field = next((field for name, field in model.model_fields.items() if step in (name, field.alias)), None)
        model = _model_in(field.annotation) if field else None
    return model


def _model_in(annotation: Any) -> Model:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def label(path: Path) -> str:
    """A path as messages show it: `guards.deletes.percent`; list positions are left out, the place says which."""
    return ".".join(str(step) for step in path if isinstance(step, str))
