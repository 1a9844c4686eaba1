"""An organization of a given size on disk: what Apple would answer, the configuration, and our record. The same size makes the same one.

    tape/       every answer of Apple's, recorded from the simulator while the real provider reads it
    config/     reconciler.yaml, services, CSV lists for one half of the devices, rules for the other, and state/record.tsv
    floor.json  the same facts without YAML, for the floor

Run as a child (`python -m benchmarks.world FOLDER SIZE`), so that the memory it takes is not counted against what is measured.
"""

from __future__ import annotations

import csv
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson

from benchmarks.tape import Recorder, recorded
from providers.apple_school.connect import Door, through
from providers.apple_school.oauth import Key
from providers.simulator import Tenant, seed, transport
from reconciler.connections import AppleSchoolConnection, SimulatorOptions
from reconciler.desired import Desired, Rule
from reconciler.kinds.devices import DeviceAssignment, MdmServer
from reconciler.kinds.match import Match, MatchEntry, Traits
from reconciler.observed import Observed
from reconciler.provider import Look, Notice, Scratch
from reconciler.resource import Declared, Source, fingerprint
from state.local import LocalBackend
from state.record import Entry, Record

ORGANIZATION = "Ministry of Education"
SERVICES = ("Jamf School", "Intune for Education", "Mosyle Manager", "Meraki Systems Manager", "Apple Configurator Cart")
START = datetime(2026, 11, 23, 8, tzinfo=UTC)
BLOCK = 20
"""Devices of one order: what is decided, is decided for all of them, as a school would."""
LIST = 5_000
"""Devices in one CSV file."""
SERVER, ASSIGNMENT = "mdm_server", "device_assignment"

SETTINGS = f"""organization: {{name: {ORGANIZATION}, time_zone: Europe/Paris}}
connections:
  apple_school:
    client_id: CLIENT
    key_id: KEY
    private_key: {{file: ../key.pem}}
    budget: {{reads_per_minute: 100000}} # what is measured is work, not waiting, nor writing down once a minute what was spent
guards:
  updates: {{percent: 100, count: 1000000}}
"""


@dataclass(slots=True)
class Wanted:
    """Who shall belong where. `lists`: service → devices with their traits; `orders`: service → family → order numbers."""

    lists: dict[str, list[tuple[str, Traits]]] = field(default_factory=lambda: defaultdict(list))
    orders: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))


def make(folder: Path, size: int) -> None:
    """Make an organization, replacing what is in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    config = folder / "config"
    config.mkdir(parents=True)
    backend = LocalBackend(config / "state", ORGANIZATION)
    with Tenant.open(":memory:") as tenant:
        seed(tenant, devices=size, services=SERVICES, clock=START, unassigned=0.0)
        (folder / "key.pem").write_text(tenant.credentials().private_key_pem)
        observed = _record_tape(tenant, LocalBackend(folder / "making", ORGANIZATION).scratch, folder / "tape")
    wanted = _wanted(observed)
    lists = dict(_write_config(config, wanted, observed))
    backend.save(_record(observed), 0)
    _write_floor(folder, lists, wanted, observed)


def _record_tape(tenant: Tenant, scratch: Scratch, tape: Path) -> Observed:
    """Read the organization through the real provider, as for a configuration with rules."""
    credentials = tenant.credentials()
    key = Key.read(credentials.client_id, credentials.key_id, credentials.private_key_pem)
    recorder = Recorder(transport(tenant), tape)
    options = AppleSchoolConnection(simulator=SimulatorOptions())
    provider = through(Door("benchmark", key, tenant.clock, recorder, lambda: None), options, scratch)
    everything = Rule(Match(MatchEntry(family=("*",), order=("*",))), Declared(DeviceAssignment(server="any"), Source("any"), "any"))
    observed = provider.observe(Look(Desired(rules={ASSIGNMENT: [everything]}), {}), _unseen)
    provider.close()
    return observed


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


def _wanted(observed: Observed) -> Wanted:
    """Where devices are now, but for one order in a hundred, which moves to the next service. Every other order is a list."""
    wanted, names = Wanted(), list(observed.items[SERVER])
    following = dict(zip(names, [*names[1:], names[0]], strict=True))
    for number, block in enumerate(_blocks(observed)):
        serial, traits = block[0]
        spec = observed.items[ASSIGNMENT][serial].spec
        assert isinstance(spec, DeviceAssignment)
        # The hundred shifts by one from each to the next, so that lists and rules both have their share of changes.
        server = following[spec.server] if number % 100 == number // 100 % 2 else spec.server
        if number % 2 == 0 or not traits.order:
            wanted.lists[server].extend(block)
        else:
            wanted.orders[server][traits.family].append(traits.order)
    return wanted


def _blocks(observed: Observed) -> Iterator[list[tuple[str, Traits]]]:
    devices = iter(observed.present[ASSIGNMENT].items())
    while block := list(islice(devices, BLOCK)):
        yield block


def _write_config(config: Path, wanted: Wanted, observed: Observed) -> Iterator[tuple[str, str]]:
    """The folder as people would write it; yields each CSV file with its service."""
    (config / "reconciler.yaml").write_text(SETTINGS)
    titles = observed.titles[SERVER]
    (config / "services.yaml").write_text("mdm_servers:\n" + "".join(f"  {name}: {{name: {title}}}\n" for name, title in titles.items()))
    (config / "lists").mkdir()
    entries = []
    for server, devices in sorted(wanted.lists.items()):
        for start in range(0, len(devices), LIST):
            file = f"lists/{server}-{start // LIST}.csv"
            _write_list(config / file, devices[start : start + LIST])
            entries.append(f"  {server}-{start // LIST}:\n    server: {server}\n    devices: {{file: {file}}}\n")
            yield file, server
    for server, families in sorted(wanted.orders.items()):
        for family, orders in sorted(families.items()):
            match = f"{{family: {family}, order: [{', '.join(orders)}]}}"
            entries.append(f"  {server}-{family}:\n    server: {server}\n    devices:\n      match: {match}\n")
    (config / "devices.yaml").write_text("device_assignments:\n" + "".join(entries))


def _write_list(path: Path, devices: list[tuple[str, Traits]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("serial_number", "model", "order"))
        writer.writerows((serial, traits.model, traits.order) for serial, traits in devices)


def _record(observed: Observed) -> Record:
    """Everything is ours and as we left it."""
    record = Record(ORGANIZATION)
    entries: dict[str, Entry] = {}
    for name, seen in observed.items[SERVER].items():
        declared = MdmServer(name=observed.titles[SERVER][name])
        record.put(SERVER, name, Entry(fingerprint(seen.spec.managed(declared)), seen.remote_id))
        entries[name] = Entry(fingerprint(DeviceAssignment(server=name)))
    for serial, seen in observed.items[ASSIGNMENT].items():
        assert isinstance(seen.spec, DeviceAssignment)
        record.put(ASSIGNMENT, serial, entries[seen.spec.server])
    return record


def _write_floor(folder: Path, lists: dict[str, str], wanted: Wanted, observed: Observed) -> None:
    files = recorded(folder / "tape")
    ids = {seen.remote_id: name for name, seen in observed.items[SERVER].items()}
    linkages = defaultdict(list)
    for asked, file in files.items():
        if "/relationships/devices" in asked:
            linkages[ids[asked.split("/")[3]]].append(file)
    devices = [file for asked, file in files.items() if asked.startswith("GET /v1/orgDevices?")]
    orders = {order: server for server, families in wanted.orders.items() for listed in families.values() for order in listed}
    (folder / "floor.json").write_bytes(orjson.dumps({"lists": lists, "orders": orders, "linkages": linkages, "devices": devices}))


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
