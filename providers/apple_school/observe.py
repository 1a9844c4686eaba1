"""One reading of the organization, in the fewest requests.

    ⌈services/1000⌉  +  per service max(1, ⌈its devices/1000⌉)  +  ⌈devices/1000⌉ only if the list of devices is needed

The list of devices is needed where a rule asks for attributes, where a declared serial is on no service (it may be unassigned or not
there at all), where a migration deadline is in play, and where everything is wanted. Everything is projected page by page: a million
devices leave behind one dict entry and one serial each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from providers.apple_school import calls
from providers.apple_school.atlas import Atlas, Place
from providers.apple_school.binding import Bound, bind
from providers.apple_school.calls import Items
from providers.apple_school.decode import (
    MIGRATION_FIELDS,
    SOURCE_ID,
    TRAIT_FIELDS,
    Service,
    TraitReader,
    all_attributes,
    migration,
    service,
)
from providers.wire.message import Call
from reconciler.desired import Matcher
from reconciler.errors import ProviderError
from reconciler.kinds.devices import DeviceAssignment, MdmServer
from reconciler.kinds.match import Traits
from reconciler.observed import Observed
from reconciler.provider import Look, Notice, Report
from reconciler.resource import Seen, fingerprint

SERVER, ASSIGNMENT = "mdm_server", "device_assignment"
DOUBLES = 10
"""So many devices that two services show at once are asked for one by one; more mean that the lists are moving under us."""


@dataclass(slots=True)
class Reading:
    """What observing gathers. `holder`: serial → the Seen of its service. `deadlines`: serial → running deadline."""

    base_url: str
    report: Report
    bound: Bound = field(default_factory=Bound)
    holder: dict[str, Seen] = field(default_factory=dict)
    doubles: set[str] = field(default_factory=set)
    traits: dict[str, Traits] | None = None
    deadlines: dict[str, datetime] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)


def observe(look: Look, base_url: str, report: Report) -> Call[tuple[Observed, Atlas]]:
    """See Provider.observe; `reads` is left to whoever counts them."""
    reading = Reading(base_url, report)
    reading.bound = yield from _services(look, base_url)
    yield from _linkages(reading)
    yield from _settle_doubles(reading)
    deadlines = _deadlines_in_play(look, reading.bound.services)
    matches = [*(rule.match for rule in look.desired.rules.get(ASSIGNMENT, ())), *look.desired.lookups.get(ASSIGNMENT, ())]
    if look.everything or matches or deadlines or not reading.holder.keys() >= look.desired.of(ASSIGNMENT).keys():
        yield from _devices(reading, TRAIT_FIELDS if look.everything else _asked(matches), deadlines=deadlines)
    return _observed(reading), _atlas(reading)


def _atlas(reading: Reading) -> Atlas:
    total = max(len(reading.holder), len(reading.traits or ()))
    return Atlas({live.id: Place(live.name, reading.sizes.get(live.id, 0)) for live in reading.bound.services.values()}, total)


def _services(look: Look, base_url: str) -> Call[Bound]:
    found: dict[str, Service] = {}
    yield from calls.services(base_url, lambda ids, items: _keep_services(found, ids, items))
    return bind(list(found.values()), look.desired.of(SERVER), look.recorded.get(SERVER, {}))


def _keep_services(found: dict[str, Service], ids: list[str], items: Items) -> int:
    before = len(found)
    found.update(zip(ids, map(service, items), strict=True))
    return len(found) - before


def _linkages(reading: Reading) -> Call[None]:
    services = reading.bound.services
    for position, (name, live) in enumerate(services.items()):
        reading.report(Notice(f"Reading the devices of {live.name}", position, len(services)))
        take = _linkage_taker(reading, live.id, Seen(DeviceAssignment(server=name)))
        yield from calls.linkages(reading.base_url, live.id, live.name, take)


def _linkage_taker(reading: Reading, service: str, seen: Seen) -> calls.Take:
    holder, sizes = reading.holder, reading.sizes
    sizes[service] = 0

    def take(ids: list[str], items: Items) -> int:
        del items  # a linkage holds nothing else
        page = dict.fromkeys(ids, seen)
        met = holder.keys() & page.keys()
        elsewhere = [serial for serial in met if holder[serial] is not seen]
        reading.doubles.update(elsewhere)
        holder.update(page)
        fresh = len(page) - len(met) + len(elsewhere)
        sizes[service] += fresh
        return fresh

    return take


def _settle_doubles(reading: Reading) -> Call[None]:
    """Two services may show one device while Apple's lists trail behind an assignment: then the device itself is asked."""
    if len(reading.doubles) > DOUBLES:
        count = f"{len(reading.doubles):,} devices are shown on two services at once"
        raise ProviderError(f"{count}: Apple's lists are moving just now.", "Nothing was changed. Try again in a minute.")
    names = {live.id: name for name, live in reading.bound.services.items()}
    shared: dict[str, Seen] = {}
    for serial in sorted(reading.doubles):
        id_ = yield from calls.assigned(serial)
        if id_ not in names:
            del reading.holder[serial]
        else:
            reading.holder[serial] = shared.setdefault(id_, Seen(DeviceAssignment(server=names[id_])))


def _deadlines_in_play(look: Look, services: Mapping[str, Service]) -> bool:
    """Whether a migration deadline is declared, or was part of what we last applied."""
    declared = look.desired.of(ASSIGNMENT).values()
    distinct = dict(zip(map(id, declared), declared, strict=True)).values()
    specs = [*(each.spec for each in distinct), *(rule.declared.spec for rule in look.desired.rules.get(ASSIGNMENT, ()))]
    if any(isinstance(spec, DeviceAssignment) and spec.migration_deadline for spec in specs):
        return True
    servers = {*services, *look.desired.of(SERVER), *look.recorded.get(SERVER, {})}
    plain = {fingerprint(DeviceAssignment(server=name)) for name in servers}
    return not {known.fingerprint for known in look.recorded.get(ASSIGNMENT, {}).values()} <= plain


def _asked(matches: Iterable[Matcher]) -> Sequence[str]:
    """The attributes that matches look at, and the family, which says what people call a device."""
    traits = {Traits._fields[index] for match in matches for index, _ in match.tests} | {"family"}
    if "source_id" in traits:
        traits.add("source")  # tells whether ids are missing or misspelled
    return [wire for name, wire in zip(Traits._fields, TRAIT_FIELDS, strict=True) if name in traits]


def _devices(reading: Reading, asked: Sequence[str], *, deadlines: bool) -> Call[None]:
    traits = reading.traits = {}
    read, running = TraitReader(asked).read, reading.deadlines
    # The migration ones are not on Apple's list of fields, so they may be refused.
    fields = (*asked, *(MIGRATION_FIELDS if deadlines else ()))

    def take(ids: list[str], items: Items) -> int:
        before, told = len(traits), all_attributes(items)
        traits.update(zip(ids, read(told), strict=True))
        if deadlines:
            running.update((serial, until) for serial, each in zip(ids, told, strict=True) if (until := migration(each).running))
        reading.report(Notice("Reading the organization's devices", len(traits)))
        return len(traits) - before

    yield from calls.devices(reading.base_url, fields, take)
    if SOURCE_ID in asked and _misspelled(set(traits.values())):
        yield from calls.devices(reading.base_url, [*fields, "purchaseSourceUid"], take)


def _misspelled(distinct: Collection[Traits]) -> bool:
    """Apple's examples write purchaseSourceUid where its table writes purchaseSourceId; a field list filters the other one out."""
    return any(traits.source for traits in distinct) and not any(traits.source_id for traits in distinct)


def _observed(reading: Reading) -> Observed:
    services = reading.bound.services
    if reading.deadlines:
        _add_deadlines(reading.holder, reading.deadlines)
    observed = Observed(
        items={SERVER: {name: Seen(_spec(live), live.id) for name, live in services.items()}, ASSIGNMENT: reading.holder},
        titles={SERVER: {name: live.name for name, live in services.items()}},
        findings=reading.bound.findings,
    )
    if reading.traits is not None:
        observed.present[ASSIGNMENT] = reading.traits
    return observed


def _spec(live: Service) -> MdmServer:
    return MdmServer(name=live.name, id=live.id, default_for=live.families, allow_release=live.release)


def _add_deadlines(holder: dict[str, Seen], deadlines: Mapping[str, datetime]) -> None:
    shared: dict[tuple[str, datetime], Seen] = {}
    for serial, until in deadlines.items():
        seen = holder.get(serial)
        if seen is None or not isinstance(seen.spec, DeviceAssignment):
            continue
        key = (seen.spec.server, until)
        if key not in shared:
            shared[key] = Seen(DeviceAssignment(server=key[0], migration_deadline=until))
        holder[serial] = shared[key]
