"""Configurations that go against one policy each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reconciler.diagnostic import Diagnostic
from reconciler.examine import examine
from reconciler.load import load

TODAY = date(2026, 11, 23)
CASES: dict[str, dict[str, Any]] = YAML(typ="safe").load(Path(__file__).parent / "cases.yaml")
SOUND: dict[str, Any] = {
    "organization": {"name": "Test", "time_zone": "UTC"},
    "connections": {"apple_school": {"simulator": {}}},
}


def write(folder: Path, settings: Mapping[str, Any], files: Mapping[str, Any]) -> Path:
    """A sound configuration with these sections replaced, and these files beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "reconciler.yaml").write_text(_yaml({**SOUND, **settings}))
    (folder / "services.yaml").write_text("mdm_servers: {jamf: {name: Jamf School}}\n")
    for name, content in files.items():
        (folder / name).write_text(_yaml(content))
    return folder


def _yaml(content: Any) -> str:
    return json.dumps(content, default=str)


def people(students: int, staff: int, in_class: int = 0, **more: Any) -> dict[str, Any]:
    """A roster as sections: `in_class` of the students are in the one class; `more` says what students are like."""
    everybody: dict[str, Any] = {f"s-{n}": _student(n, more) for n in range(students)}
    everybody |= {f"t-{n}": {"role": "staff", "first_name": "Teach", "last_name": str(n), "locations": ["north"]} for n in range(staff)}
    members = [f"s-{n}" for n in range(in_class)]
    return {
        "locations": {"north": {"name": "North"}, "south": {"name": "South"}},
        "people": everybody,
        "courses": {"math": {"location": "north"}},
        "classes": {"c-1": {"course": "math", "location": "north", "instructors": ["t-0"], "students": members}},
    }


def _student(n: int, more: Mapping[str, Any]) -> dict[str, Any]:
    student = {"role": "student", "first_name": "Hidden", "last_name": f"Name{n}", "locations": ["north"]}
    if n < more.get("graded", 0) or "grade" in more:
        student["grade"] = more.get("grade", "5")
    if "passcode" in more:
        student["passcode"] = more["passcode"]
    if "mail" in more:
        student["email"] = f"hidden{n}@{more['mail']}"
    return student


def managers(count: int) -> dict[str, Any]:
    """So many people who manage a location, as sections."""
    staff = people(students=0, staff=count)["people"]
    roles = {f"r-{n}": {"person": f"t-{n}", "role": "Site Manager", "locations": ["north"]} for n in range(count)}
    return {"locations": {"north": {"name": "North"}}, "people": staff, "roles": roles}


def found(folder: Path) -> list[Diagnostic]:
    """What policies find in a folder."""
    return examine(load(folder, TODAY))


def ids(folder: Path) -> set[tuple[str, str]]:
    """The ids of the findings, and where."""
    heads = (finding.message.partition(":")[0] for finding in found(folder))
    return {(head.partition(" (")[0], head.partition(" (")[2].removesuffix(")")) for head in heads}
