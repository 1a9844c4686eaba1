"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

folder = click.argument("folder", type=click.Path(path_type=Path), default=".")
targets = click.option("--target", "targets", multiple=True, metavar="ADDRESS", help="Only this address, kind, or kind/entry. Repeatable.")
excludes = click.option(
    "--exclude", "excludes", multiple=True, metavar="ADDRESS", help="Not this address, kind, or kind/entry. Repeatable."
)
