"""Plans as values, of any size and with any names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.capability import Capability, Route, Verb
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.devices import DeviceAssignment, MdmServer
from reconciler.plan import Awaiting, Binding, Cause, Change, LeftAlone, Plan, Price, Refusal, Verdict
from reconciler.resource import Address, Source

AUTOMATIC = Capability(Route.AUTOMATIC)
TASK = Capability(Route.TASK, "Only a person can.", "https://support.apple.com/guide", ("Enter the name {name}", "Select Save."))
BINDING = Binding("Riverside", "simulator:x", "lineage", 3, "abcdef123456", "2026-11-23T08:00:00+00:00")
PRICE = Price("apple_school", 4, 12, 3, "20 reads a minute, 10 writes an hour", 180)


def move(
    name: str, entry: str = "lab", *, to: str = "jamf", noun: str = "iPad", file: str = "devices.yaml", cause: Cause = Cause.NEW
) -> Change:
    """A device that goes from Meraki to a service."""
    before, after = DeviceAssignment(server="meraki"), DeviceAssignment(server=to)
    source = Source(file, 3, 5)
    return Change(name, Verdict("device_assignment", Verb.UPDATE, before, after, cause, AUTOMATIC, noun, "meraki", entry, source))


def task(name: str, display: str) -> Change:
    """A service that a person must create."""
    after = MdmServer(name=display)
    return Change(
        name, Verdict("mdm_server", Verb.CREATE, None, after, Cause.NEW, TASK, "service", "", name, Source("services.yaml", 2, 3))
    )


def plan_of(
    changes: Iterable[Change],
    *,
    titles: dict[str, str] | None = None,
    binding: Binding = BINDING,
    awaiting: Sequence[Awaiting] = (),
    left_alone: Sequence[LeftAlone] = (),
    findings: Sequence[Diagnostic] = (),
    refusals: Sequence[Refusal] = (),
) -> Plan:
    """A plan of these changes; `titles` are the services' display names."""
    return Plan(
        binding,
        tuple(changes),
        (),
        (PRICE,),
        tuple(left_alone),
        tuple(awaiting),
        tuple(findings),
        tuple(refusals),
        {"mdm_server": titles or {}},
    )


def many(devices: int, entries: int, *, lines: int = 1, name: str = "entry") -> list[Change]:
    """Devices spread evenly over entries, and those over targets that read as different lines."""
    shared: dict[int, Change] = {}
    for entry in range(entries):
        shared[entry] = move("", f"{name}-{entry:04}", to=f"service-{entry % lines:03}")
    return [Change(f"SERIAL{number:06}", shared[number % entries].verdict) for number in range(devices)]


def waiting(name: str, since: str, *, vanished: bool = False) -> Awaiting:
    """A serial that the organization does not have."""
    return Awaiting(Address("device_assignment", name), "lab", since, vanished)


def finding(text: str, severity: Severity = Severity.WARNING) -> Diagnostic:
    """Something to know of the organization."""
    return Diagnostic(None, text, "", severity)


def refusal(number: int, text: str = "would move without leave") -> Refusal:
    """A guard that says no."""
    approval = f'- allow: updates\n  kind: device_assignment\n  scope: service-{number}\n  up_to: 9\n  until: 2026-11-30\n  reason: ""'
    return Refusal("updates", "device_assignment", f"service-{number}", 9, 1, f"{number} {text}", approval)
