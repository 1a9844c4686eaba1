"""JSON Schemas: for editors, which complete and check the files, and for whoever reads our plans and ledgers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from reconciler.kinds import KINDS
from reconciler.kinds.fields import NAME, Json
from reconciler.kinds.kind import Kind
from reconciler.render.document import PlanDocument
from reconciler.render.log import LogLine
from reconciler.settings import Settings
from state.ledger import LedgerLine

DIALECT = GenerateJsonSchema.schema_dialect
CONFIG = "config.schema.json"


def _plain(value: Any) -> Any:
    """Without what pydantic adds for itself: a title that repeats the key, and null as the default of what may be left out."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if not _noise(key, inner)}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _noise(key: str, inner: object) -> bool:
    return (key == "title" and isinstance(inner, str)) or (key == "default" and inner is None)


def _of(model: Any, title: str) -> Json:
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    return {"$schema": DIALECT, "title": title, **_plain(adapter.json_schema(by_alias=True))}


def entry_schema(kind: Kind) -> Json:
    """One entry of a kind, as people write it."""
    return _of(kind.entry, f"reconciler: one {kind.noun[0]}")


def settings_schema() -> Json:
    """The settings sections, all of them."""
    return _of(Settings, "reconciler: settings")


def config_schema() -> Json:
    """Any YAML file of a configuration: settings sections (complete only in reconciler.yaml, hence none is required) and kinds."""
    settings = settings_schema()
    definitions: Json = settings.pop("$defs")
    properties: Json = settings["properties"]
    for kind in (kind for kind in KINDS.values() if kind.plural):
        one = entry_schema(kind)
        definitions |= one.pop("$defs", {})
        definitions[kind.entry.__name__] = {key: value for key, value in one.items() if key not in ("$schema", "title")}
        properties[kind.plural] = _entries(kind)
    return {
        "$schema": DIALECT,
        "title": "reconciler: a file of a configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": definitions,
    }


def _entries(kind: Kind) -> Json:
    return {
        "type": "object",
        "description": f"{kind.noun[1]}, by name. The name is the entry's identity and stays; it has letters, digits, hyphens, dots and _.",
        "propertyNames": {"pattern": f"^{NAME.pattern}$"},
        "additionalProperties": {"$ref": f"#/$defs/{kind.entry.__name__}"},
    }


SCHEMAS: dict[str, Callable[[], Json]] = {
    CONFIG: config_schema,
    "settings.schema.json": settings_schema,
    **{f"{kind.name}.schema.json": partial(entry_schema, kind) for kind in KINDS.values() if kind.plural},
    "plan.schema.json": lambda: _of(PlanDocument, "reconciler: a saved plan"),
    "ledger-line.schema.json": lambda: _of(LedgerLine, "reconciler: one line of the ledger"),
    "log-line.schema.json": lambda: _of(LogLine, "reconciler: one line of --log json"),
}
"""Every schema by its file's name."""


def render(name: str) -> bytes:
    """A schema as its file holds it."""
    return orjson.dumps(SCHEMAS[name](), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write(folder: Path) -> list[Path]:
    """Write every schema into a folder, which is made if it is missing; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in SCHEMAS]
    for path in paths:
        path.write_bytes(render(path.name))
    return paths


def outdated(folder: Path) -> Iterator[str]:
    """The names of schemas in a folder that are missing or differ from what this version would write."""
    for name in SCHEMAS:
        path = folder / name
        if not path.is_file() or path.read_bytes() != render(name):
            yield name
