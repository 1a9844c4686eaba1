"""Writes the reference pages below docs/reference/ from what the product itself says: schemas, capabilities, commands, errors, switches.

python docs/reference.py           write them
python docs/reference.py --check   fail if a page is not as it would be written
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import orjson

from providers.simulator.quirks import SWITCHES
from reconciler import errors
from reconciler.capability import Capability, Route, Verb
from reconciler.cli import COMMANDS, INTERRUPTED, cli
from reconciler.errors import CHANGES_PENDING, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.schema import CONFIG, SCHEMAS
from reconciler.schema import render as schema

FOLDER = Path(__file__).parent / "reference"
NOTE = "% Written by docs/reference.py from the product itself. Change that, not this page.\n\n"
ROUTES = {
    Route.AUTOMATIC: "by reconciler",
    Route.TASK: "by a person",
    Route.UNSUPPORTED: "not at all",
    Route.RECORD: "only in our record",
}


def cell(text: str) -> str:
    """Text of any origin as it may stand in a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_").replace("$", "\\$")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table of cells that are ready."""
    head = list(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *map(list, rows)]) + "\n"


def files() -> str:
    """What may stand in the files of a configuration, key by key."""
    whole = orjson.loads(schema(CONFIG))
    models = whole["$defs"]
    parts = [
        "# Files\n\nAny `*.yaml` below the configuration folder may hold any of these keys; `reconciler schema` writes the same as JSON"
        " Schema, with which editors complete and check the files.\n"
    ]
    named: set[str] = set()
    for key, value in whole["properties"].items():
        wanted = [name for name in _reached(value, models) if name not in named]
        parts.append(f"## {key}\n" + ("" if wanted else f"\n{cell(_said(value, models))}\n"))
        parts.extend(_model(name, models) for name in wanted)
        if not wanted:
            parts.append(f"{_type(value)}\n")
        named |= set(wanted)
    return "\n".join(parts)


def _said(value: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    reached = next(iter(_refs(value)), "")
    return str(value.get("description") or models.get(reached, {}).get("description", ""))


def _refs(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"]).rpartition("/")[2]
        for inner in value.values():
            yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _reached(value: object, models: Mapping[str, Any]) -> list[str]:
    """The models that a value is made of, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = list(_refs(value))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting.extend(_refs(models[name]))
    return list(found)


def _model(name: str, models: Mapping[str, Any]) -> str:
    model = models[name]
    head = f"({name.lower()})=\n### {name}\n\n{cell(model.get('description', ''))}\n"
    if "properties" not in model:
        return f"{head}\n{_type(model)}\n"
    required = model.get("required", [])
    rows = (
        (f"`{key}`{' (needed)' if key in required else ''}", _type(value), _meaning(value)) for key, value in model["properties"].items()
    )
    return f"{head}\n{table(('key', 'value', 'meaning'), rows)}"


def _meaning(value: Mapping[str, Any]) -> str:
    default = f"Unless said: `{orjson.dumps(value['default']).decode()}`." if "default" in value else ""
    return " ".join(part for part in (cell(value.get("description", "")), default.replace("|", "\\|")) if part)


def _type(value: Mapping[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "$ref" in value:
        name = str(value["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in value:
        return ", ".join(f"`{one}`".replace("|", "\\|") for one in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    for word in ("anyOf", "oneOf"):
        if word in value:
            return " or ".join(dict.fromkeys(_type(one) for one in value[word] if one.get("type") != "null"))
    if value.get("type") == "array":
        return f"list of {_type(value.get('items', {}))}"
    if value.get("type") == "object":
        inner = value.get("additionalProperties")
        return f"mapping of names to {_type(inner)}" if isinstance(inner, dict) else "mapping"
    sort = value.get("type", "")
    word = "string" if isinstance(sort, list) else sort  # what may be written without quotes is taken as text
    return cell(str(value.get("format") or _WORDS.get(word, "anything")))


_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def capabilities() -> str:
    """Every channel's table: kind and verb → how it lands, why, and Apple's page."""
    parts = [
        "# What lands how\n\nApple offers no single way to change everything. This is, for every kind of thing and every verb, how it"
        " lands, with the reason and the page that says so. The same tables decide what a plan may promise.\n"
    ]
    for point in sorted(entry_points(group="reconciler.providers"), key=lambda one: one.name):
        answer = import_module(f"{point.value.partition(':')[0]}.capabilities").capability
        parts.append(f"## {point.name}\n")
        parts.extend(f"### {kind}\n\n{table(('verb', 'how', 'why'), rows)}" for kind in KINDS if (rows := list(_rows(kind, answer))))
    return "\n".join(parts)


def _rows(kind: str, answer: Callable[[str, Verb], Capability]) -> Iterator[tuple[str, ...]]:
    if answer(kind, Verb.CREATE).route is Route.UNSUPPORTED:
        return  # another channel's
    for verb in Verb:
        found = answer(kind, verb)
        link = f" [Source]({found.link})" if found.link else ""
        yield str(verb), ROUTES[found.route], f"{cell(found.reason)}{link}"


def commands() -> str:
    """Every command with its arguments and options, as -h says it."""
    parts = ["# Commands\n\nEach command says the same with `-h`.\n", *_command(("reconciler",), cli)]
    for name in COMMANDS:
        found = cli.get_command(click.Context(cli), name)
        assert found is not None
        parts.extend(_command(("reconciler", name), found))
    return "\n".join(parts)


def _command(path: tuple[str, ...], command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path))
    usage = " ".join(command.collect_usage_pieces(context))
    help_ = inspect.cleandoc(command.help or "").replace("\b\n", "")
    yield f"{'#' * (len(path) + 1 if len(path) > 1 else 2)} {' '.join(path)}\n\n```text\n{' '.join(path)} {usage}\n```\n\n{_prose(help_)}\n"
    rows = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    yield table(("option", "meaning"), ((f"`{name}`".replace("|", "\\|"), cell(meaning)) for name, meaning in rows))
    if isinstance(command, click.Group) and len(path) > 1:
        for name, inner in command.commands.items():
            yield from _command((*path, name), inner)


def _prose(text: str) -> str:
    return "\n".join(
        line if line.startswith("#") is False else f"`{line}`" for line in text.replace("<", "&lt;").replace("_", "\\_").splitlines()
    )


def exit_codes() -> str:
    """The exit codes, with the errors that end with them."""
    sorts = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ReconcilerError)]
    found: dict[int, list[str]] = {}
    for one in sorts:
        found.setdefault(one.exit_code, []).append(f"`{one.__name__}`: {cell(inspect.getdoc(one) or '').partition('. ')[0]}")
    said = {
        0: "Nothing to apply, or all of it landed.",
        CHANGES_PENDING: "Not an error: `plan` has changes to apply, or `drift` found some.",
        **{code: "<br>".join(sorted(words)) for code, words in found.items()},
        INTERRUPTED: "Stopped by Ctrl-C, after the step in hand.",
    }
    rows = ((str(code), words) for code, words in sorted(said.items()))
    return f"# Exit codes\n\nWhat the shell and CI are told.\n\n{table(('code', 'meaning'), rows)}"


def switches() -> str:
    """Every switch of the pretend Apple."""
    rows = (
        (f"`{one.name}`", ", ".join(f"`{value}`" for value in one.values), f"`{one.default}`", cell(one.explains), cell(one.page))
        for one in SWITCHES.values()
    )
    return (
        "# Switches of the simulator\n\nWhat Apple's pages leave open, and what administrators met, each a switch of the pretend Apple:"
        " `reconciler simulator switches FILE --set NAME=VALUE`. Behind most values `@` may say which request is struck: `503@get:2-4`.\n\n"
        + table(("switch", "values", "at first", "what it does", "who says so"), rows)
    )


def documents() -> str:
    """What machines may read: the plan, the ledger, the log."""
    parts = ["# Documents for machines\n\nThe schemas themselves are in the folder `schemas` of the repository.\n"]
    for name in SCHEMAS:
        whole = orjson.loads(schema(name))
        if name in ("plan.schema.json", "ledger-line.schema.json", "log-line.schema.json"):
            top = {"properties": whole["properties"], "required": whole.get("required", [])} if "properties" in whole else None
            models = {**whole.get("$defs", {}), **({"Document": top} if top else {})}
            order = ["Document", *models][: len(models)] if top else list(models)
            parts.append(f"## {name}\n\n" + "\n".join(_model_of(name, one, models) for one in order))
    return "\n".join(parts)


def _model_of(document: str, name: str, models: Mapping[str, Any]) -> str:
    """A model under a label of its own: two documents may both have a Source."""
    prefix = document.partition(".")[0]
    text = _model(name, models).replace(f"({name.lower()})=", f"({prefix}-{name.lower()})=")
    return text.replace("](#", f"](#{prefix}-")


PAGES: dict[str, Callable[[], str]] = {
    "files.md": files,
    "capabilities.md": capabilities,
    "commands.md": commands,
    "exit-codes.md": exit_codes,
    "switches.md": switches,
    "documents.md": documents,
}


def render(name: str) -> str:
    """A page as its file holds it."""
    return NOTE + PAGES[name]().rstrip() + "\n"


def outdated() -> list[str]:
    """The pages that are missing or not as they would be written."""
    return [name for name in PAGES if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != render(name)]


def main() -> int:
    """Write the pages, or check them; the exit code."""
    if sys.argv[1:] == ["--check"]:
        stale = outdated()
        sys.stdout.write(f"Out of date: {', '.join(stale)}. Run: make docs\n" if stale else "The reference pages are up to date.\n")
        return int(bool(stale))
    FOLDER.mkdir(exist_ok=True)
    for name in PAGES:
        (FOLDER / name).write_text(render(name), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
