"""Cases as data files: a small tree of files, and what loading it must give.

    What this case is for, in a sentence.
    === reconciler.yaml
    organization: …
    === devices/list.csv (escaped)
    serial_number\r\nDMPX4K2Q1\r\n
    === findings
    devices/list.csv:2:1  …
    === desired
    device_assignment/DMPX4K2Q1 …

`(escaped)`: backslash escapes stand for bytes, and line ends are only those that are escaped. `(times 1000)`: the content so many times.
Without a reconciler.yaml of its own a case gets the plain one below. Findings are errors in `broken/` and warnings in `sound/`, where
`desired` says what the files mean, each thing with its exact place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from reconciler.load import Configuration

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)
HEADER = re.compile(r"^=== (\S+)(?: \((escaped|times \d+)\))?$", re.MULTILINE)
PLAIN = """organization: {name: Riverside, time_zone: America/Los_Angeles}
connections: {apple_school: {simulator: {}}}
"""


@dataclass(frozen=True)
class Case:
    """One data file."""

    name: str
    files: dict[str, bytes] = field(hash=False)
    findings: list[str] = field(hash=False)
    desired: list[str] = field(hash=False)

    def write(self, folder: Path) -> Path:
        """Write the tree into a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder


def read_case(path: Path) -> Case:
    """Read one data file."""
    parts = HEADER.split(path.read_text(encoding="utf-8"))[1:]
    blocks = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    sections = {name: _content(body.removeprefix("\n"), how or "") for name, how, body in blocks}
    findings, desired = (sections.pop(name, b"").decode().splitlines() for name in ("findings", "desired"))
    return Case(path.stem, {"reconciler.yaml": PLAIN.encode(), **sections}, findings, desired)


def _content(body: str, how: str) -> bytes:
    if how == "escaped":
        return body.replace("\n", "").encode("latin-1").decode("unicode_escape").encode("latin-1")
    if how.startswith("times"):
        return (body * int(how.split()[1])).encode()
    return body.encode()


def cases(folder: str) -> list[Case]:
    """Every case of a folder, by name."""
    return [read_case(path) for path in sorted((HERE / folder).glob("*.case"))]


def meaning(configuration: Configuration) -> Iterator[str]:
    """What a configuration wants, one line a thing, in the words of the data files."""
    desired = configuration.desired
    for kind, items in desired.items.items():
        for name, declared in items.items():
            place = configuration.locate(kind, name)
            yield f"{kind}/{name} {declared.spec.model_dump_json(exclude_none=True)} from {declared.origin} at {place}"
    for kind, rules in desired.rules.items():
        for rule in rules:
            declared = rule.declared
            yield f"{kind} rule {declared.spec.model_dump_json(exclude_none=True)} from {declared.origin} at {declared.source}"
    for dormant in desired.dormant:
        yield f"{dormant.kind} dormant {dormant.name}: {dormant.why}"
