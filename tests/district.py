"""A small district in a folder, with its pretend Apple School Manager: what the tests of whole commands run on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from providers.simulator import Tenant
from reconciler.cli import run

SERVICES = ("Jamf School", "Intune for Education", "Meraki Systems Manager")

CONFIG = """\
mdm_servers:
  jamf: {name: Jamf School}
  intune: {name: Intune for Education}
  meraki: {name: Meraki Systems Manager}
"""


@dataclass(frozen=True)
class Ran:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str


class District:
    """A configuration folder on a simulated organization of `devices` devices on three services."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], devices: int = 60, switches: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self._capsys = capsys
        self._settings = {
            "organization": {"name": "Test District", "time_zone": "UTC"},
            "connections": {
                "apple_school": {
                    "simulator": {
                        "devices": devices,
                        "services": list(SERVICES),
                        "seed": 7,
                        "clock": "2026-11-23T08:00:00",
                        "switches": dict(switches or {}),
                    }
                }
            },
            "guards": {
                "take_overs": {"percent": 100, "count": 1000},
                "updates": {"percent": 100, "count": 1000},
                "deletes": {"percent": 100, "count": 1000},
                "empties": True,
            },
        }
        self.settings()
        self.write("services.yaml", CONFIG)

    def settings(self, **changes: Any) -> None:
        """Write reconciler.yaml, with these top-level sections replaced."""
        self._settings |= changes
        self.write("reconciler.yaml", json.dumps(self._settings))

    def connection(self, **changes: Any) -> None:
        """Write reconciler.yaml with these settings of the connection replaced."""
        connections: Any = self._settings["connections"]
        connections["apple_school"] |= changes
        self.settings()

    def switch(self, **switches: str) -> None:
        """Throw switches of the simulator."""
        with self.tenant() as tenant:
            for name, value in switches.items():
                tenant.switches.set(name, value)

    def write(self, name: str, text: str) -> None:
        """Write one file of the configuration."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def assign(self, **entries: Any) -> None:
        """Declare the device assignments, replacing the former ones: entry → {server, devices, …}."""
        self.write("devices.yaml", json.dumps({"device_assignments": entries}))

    def tenant(self) -> Tenant:
        """The pretend organization behind the configuration."""
        return Tenant.open(self.folder / "state" / "private" / "simulator.sqlite")

    def serials(self, service: str | None = None) -> list[str]:
        """The serials that a service (by display name; None: no service) really holds."""
        with self.tenant() as tenant:
            names = {id_: one.name for id_, one in tenant.services().items()}
            return [serial for serial, held in tenant.devices().items() if (names[held] if held else None) == service]

    def activities(self) -> int:
        """How many activities were ever created."""
        with self.tenant() as tenant:
            return sum(tenant.counters()["activities"].values())

    def requests(self) -> dict[str, int]:
        """How often each endpoint was asked."""
        with self.tenant() as tenant:
            return tenant.counters()["requests"]

    def run(self, command: str, *arguments: str) -> Ran:
        """Run one command on the folder."""
        self._capsys.readouterr()
        code = run([command, *arguments, str(self.folder)])
        printed = self._capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    def plan(self, *arguments: str) -> dict[str, Any]:
        """The plan as JSON."""
        ran = self.run("plan", "--json", *arguments)
        assert ran.out, ran.err
        document: dict[str, Any] = json.loads(ran.out)
        return document

    def apply(self) -> Ran:
        """Plan anew and apply."""
        return self.run("apply", "--yes")

    def names(self, plan: Mapping[str, Any], **wanted: str) -> list[str]:
        """The names of the plan's changes whose fields have these values."""
        groups = [group for group in plan["changes"] if all(group[key] == value for key, value in wanted.items())]
        return sorted(name for group in groups for name in group["names"])
