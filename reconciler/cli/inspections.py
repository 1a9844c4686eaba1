"""`reconciler ledger --inspections`: requests to look into accounts, and for new credentials, open ones and ended ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
import orjson

from reconciler.cli.log import listener
from reconciler.load import Configuration
from reconciler.phrases import plain
from reconciler.pseudonyms import Pseudonyms
from reconciler.requests import OPEN, Request, requests
from reconciler.session import open_backend
from reconciler.veil import veiled

_META = "reconciler.inspections"


def _keep(context: click.Context, option: click.Parameter, value: object) -> None:
    if value not in ("", None) and (value or option.name == "unfinished"):
        context.meta.setdefault(_META, {})[option.name] = value


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that ask for requests; `wanted` tells what was given."""
    for one in (
        click.option("--open/--completed", "unfinished", default=None, expose_value=False, callback=_keep, help="Of these, only such."),
        click.option("--account", default="", expose_value=False, callback=_keep, help="Of these, only on this key, id or pseudonym."),
        click.option("--requester", default="", expose_value=False, callback=_keep, help="Of these, only by this key, id or pseudonym."),
        click.option(
            "--inspections",
            is_flag=True,
            expose_value=False,
            callback=_keep,
            help="Inspections and new credentials: open ones from the files, and how the others ended.",
        ),
    ):
        command = one(command)
    return command


def wanted() -> dict[str, Any] | None:
    """What was asked for of requests, None if nothing was. UsageError for what narrows nothing down."""
    given: dict[str, Any] = click.get_current_context().meta.get(_META, {})
    if given and "inspections" not in given:
        raise click.UsageError("--requester, --account, --open and --completed go with --inspections.")
    return given or None


def tell(configuration: Configuration, asked: dict[str, Any], since: str, until: str, *, as_json: bool) -> int:
    """Print the requests for which everything asked holds; their first days lie between two (parts of) ISO dates, both included."""
    settings = configuration.settings
    pseudonyms = Pseudonyms.of_settings(settings, configuration.folder, os.environ)
    desired = veiled(configuration.desired, pseudonyms, rehearsed=settings.connections.rehearsed)
    names = {name: (person, pseudonyms.of("person", person)) for name in ("requester", "account") if (person := asked.get(name))}
    found = [
        one
        for one in requests(desired, open_backend(configuration).ledger().lines())
        if all(getattr(one, name) in called for name, called in names.items())
        and asked.get("unfinished") in (None, one.state == OPEN)
        and one.begins[: len(since)] >= since[: len(one.begins)]
        and (not until or one.begins[: len(until)] <= until)
    ]
    for one in found:
        click.echo(orjson.dumps({**asdict(one), "address": str(one.address)}) if as_json else _line(one))
    if not found:
        listener().message("There are no such requests.")
    return 0


def _line(one: Request) -> str:
    values = ", ".join(f"{name} {value}" for name, value in one.what.items())
    ended = f" on {one.ended}" + (f" by {one.by}" if one.by else "") if one.ended else ""
    note = f": {plain(one.note)}" if one.note else ""
    return f"{one.address}  {one.state}{ended}{note}  ({plain(values)})"
