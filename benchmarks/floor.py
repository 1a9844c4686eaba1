"""The floor: the fastest parsers over the same files into plain dicts, which are then compared. No checks, no words, no plan.

Run as a child: `python -m benchmarks.floor WORLD` prints how many devices are not where they belong.
"""

from __future__ import annotations

import csv
import gc
import sys
from pathlib import Path
from typing import Any

import orjson


def live(world: Path, facts: dict[str, Any]) -> dict[str, str]:
    """Serial → service now, from the pages."""
    found: dict[str, str] = {}
    for server, files in facts["linkages"].items():
        for file in files:
            for item in orjson.loads((world / "tape" / file).read_bytes())["data"]:
                found[item["id"]] = server
    return found


def wanted(world: Path, facts: dict[str, Any]) -> dict[str, str]:
    """Serial → service as configured, from the CSV lists, and from the pages for what goes by its order."""
    found: dict[str, str] = {}
    for file in facts["devices"]:
        for item in orjson.loads((world / "tape" / file).read_bytes())["data"]:
            server = facts["orders"].get(item["attributes"]["orderNumber"])
            if server is not None:
                found[item["id"]] = server
    for name, server in facts["lists"].items():
        with (world / "config" / name).open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                found[row[0]] = server
    return found


def read_facts(world: Path) -> dict[str, Any]:
    """floor.json."""
    facts: dict[str, Any] = orjson.loads((world / "floor.json").read_bytes())
    return facts


def changes(world: Path) -> int:
    """How many devices are not where they belong."""
    gc.disable()  # as in the product: the floor must not look slow for the collector's sake
    facts = read_facts(world)
    here, there = live(world, facts), wanted(world, facts)
    return sum(1 for serial, server in there.items() if here.get(serial) != server)


if __name__ == "__main__":
    sys.stdout.write(f"{changes(Path(sys.argv[1]))}\n")
