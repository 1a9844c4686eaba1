"""Which live service is which name of the configuration. Pure.

A declared name is found by Apple's id first (declared, else recorded), so that a rename in the portal is seen as a rename; then by
display name. What only the record still names comes last, so that a service whose key was renamed in the files is still the same service.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from providers.apple_school.decode import Service
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.devices import MdmServer
from reconciler.kinds.naming import slug
from reconciler.provider import Known
from reconciler.resource import Declared, Source


@dataclass(slots=True)
class Bound:
    """`services`: name → live service, for every live one. `findings`: what a person must know of how they were found."""

    services: dict[str, Service] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A name of ours with everything it can be found by. `spec` is None for a name that is only recorded."""

    name: str
    spec: MdmServer | None
    source: Source | None
    recorded: str

    @property
    def id(self) -> str:
        """Apple's id as declared, else as recorded; empty if it was never found."""
        return (self.spec.id if self.spec else None) or self.recorded

    @property
    def called(self) -> str:
        """What people call it."""
        return f'"{self.spec.name}" ({self.name})' if self.spec else self.name


def bind(services: Sequence[Service], declared: Mapping[str, Declared], recorded: Mapping[str, Known]) -> Bound:
    """Give every live service a name: ours where it is ours, else a slug of its display name that collides with nothing."""
    live = {service.id: service for service in services if service.status != "DELETED"}
    wanted = [_wanted(name, declared.get(name), recorded.get(name)) for name in sorted({*declared, *recorded})]
    bound = Bound()
    free = dict(live)
    ours, former = ([want for want in wanted if (want.spec is None) is gone] for gone in (False, True))
    for find, wants in ((_by_id, ours), (_by_name, ours), (_by_id, former)):
        for want in wants:
            if want.name not in bound.services and (found := find(want, free, bound.findings)):
                bound.services[want.name] = free.pop(found.id)
    held = {service.id for service in bound.services.values()}
    missing = [want for want in wanted if want.name not in bound.services and want.id not in held]
    bound.findings += _missing(missing, [service for service in services if service.status == "DELETED"])
    bound.findings += _states(wanted, bound.services)
    bound.findings += _shared_families(live.values())
    bound.services |= _strangers(free.values(), {*declared, *recorded})
    return bound


def _wanted(name: str, declared: Declared | None, known: Known | None) -> _Wanted:
    spec = declared.spec if declared and isinstance(declared.spec, MdmServer) else None
    return _Wanted(name, spec, declared.source if declared else None, known.remote_id if known else "")


def _by_id(want: _Wanted, free: Mapping[str, Service], findings: list[Diagnostic]) -> Service | None:
    del findings  # an id leaves nothing open
    return free.get(want.id)


def _by_name(want: _Wanted, free: Mapping[str, Service], findings: list[Diagnostic]) -> Service | None:
    if want.spec is None or want.spec.id:
        return None
    name = want.spec.name.strip()
    exact = [service for service in free.values() if service.name == name]
    if len(exact) == 1:
        return exact[0]
    alike = exact or [service for service in free.values() if service.name.casefold() == name.casefold()]
    if len(alike) == 1:
        said = f'The service {want.called} is written "{alike[0].name}" in Apple School Manager.'
        findings.append(_warning(want, said, "It is taken for the same one."))
        return alike[0]
    if alike:
        ids = " and ".join(sorted(service.id for service in alike))
        hint = f"Rename one of them in the portal, or write id: under {want.name} to say which is meant."
        findings.append(Diagnostic(want.source, f"{len(alike)} live services are called {want.called}: {ids}.", hint))
    return None


def _warning(want: _Wanted, message: str, hint: str) -> Diagnostic:
    return Diagnostic(want.source, message, hint, Severity.WARNING)


def _missing(missing: Iterable[_Wanted], deleted: Sequence[Service]) -> Iterator[Diagnostic]:
    """Names whose service is gone, each in its own words; a declared one that never was is simply yet to be made."""
    for want in missing:
        if any(service.id == want.id or (want.spec and service.name == want.spec.name) for service in deleted):
            yield _warning(want, f"The service {want.called} is marked as deleted in Apple School Manager.", "It counts as not there.")
        elif want.spec and want.spec.id:
            hint = "Correct id:, or leave it out and the display name decides."
            yield Diagnostic(want.source, f"There is no service with the id {want.spec.id} in Apple School Manager.", hint)
        elif want.recorded:
            said = f"The service {want.called}, id {want.recorded}, is no longer in Apple School Manager."
            yield _warning(want, said, "Somebody deleted it there.")


def _states(wanted: Iterable[_Wanted], services: Mapping[str, Service]) -> Iterator[Diagnostic]:
    for want in wanted:
        if want.name in services and services[want.name].status == "INACTIVE":
            hint = "It cannot enroll devices. Its token may have expired: replace it in the portal."
            yield _warning(want, f"The service {want.called} is inactive in Apple School Manager.", hint)


def _shared_families(live: Iterable[Service]) -> Iterator[Diagnostic]:
    holders: dict[str, list[str]] = defaultdict(list)
    for service in live:
        for family in service.families or ():
            holders[family].append(service.name)
    for device, names in sorted(holders.items()):
        if len(names) > 1:
            hint = "Clear it on all but one of them in the portal, or wait a minute if it was just changed."
            said = " and ".join(f'"{name}"' for name in sorted(names))
            yield Diagnostic(None, f"Apple shows {said} each as the default service for {device}.", hint, Severity.WARNING)


def _strangers(free: Iterable[Service], taken: set[str]) -> Iterator[tuple[str, Service]]:
    """Names for services that are not ours. By id where two would share a slug, so that the order of reading never shows."""
    services = sorted(free, key=lambda service: service.id)
    shared = Counter(slug(service.name) for service in services)
    for service in services:
        name = slug(service.name)
        if shared[name] > 1 or name in taken:
            name = f"{name}-{service.id.lower()}"
        taken.add(name)
        yield name, service
