"""What a person must know before the plan is applied: choices that cannot be taken back, devices elsewhere, tokens that were mixed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from providers.device_enrolment.observe import Reading, on
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.devices import MdmServer
from reconciler.kinds.profile import DISCOVERY, FIXED, PROFILE, EnrolmentProfile
from reconciler.phrases import some
from reconciler.provider import Look
from reconciler.resource import Declared, Seen


def findings(look: Look, readings: Mapping[str, Reading]) -> list[Diagnostic]:
    """All of them."""
    return [*_unconnected(look, readings), *_mixed_up(look, readings), *_elsewhere(look, readings), *_fixed(look, readings)]


def held(cooling: Mapping[str, Mapping[str, datetime]]) -> Iterator[Diagnostic]:
    """Devices that Apple holds back: nothing is planned for them before that is over."""
    for server, waiting in cooling.items():
        if waiting:
            until = max(waiting.values())
            said = (
                f"{len(waiting):,} devices of {server} are held back by Apple, until {until:%Y-%m-%d %H:%M} UTC: {some(sorted(waiting))}."
            )
            yield Diagnostic(
                None, said, "They are left alone until then: what comes too early was seen to fail for days.", Severity.WARNING
            )


def _unconnected(look: Look, readings: Mapping[str, Reading]) -> Iterator[Diagnostic]:
    """Entries of services that nobody gave a token for."""
    named = [(on(declared), declared) for declared in _distinct(look)]
    named += [(name, declared) for name, declared in look.desired.of(DISCOVERY).items()]
    for server, declared in named:
        if server not in readings:
            said = f'"{declared.origin}" needs the server token of {server}, and connections.device_enrolment has none.'
            hint = f"Add connections: device_enrolment: {server}: {{server_token: …, private_key: …}}, or take the entry out."
            yield Diagnostic(declared.source, said, hint)


def _distinct(look: Look) -> list[Declared]:
    """Every entry once: all devices of one share an object."""
    every = [*look.desired.of(PROFILE).values(), *(rule.declared for rule in look.desired.rules.get(PROFILE, ()))]
    return list({id(declared): declared for declared in every}.values())


def _mixed_up(look: Look, readings: Mapping[str, Reading]) -> Iterator[Diagnostic]:
    """A token whose own name is another service's: profiles would go to devices that nobody meant."""
    names = {
        key: declared.spec.name.strip() for key, declared in look.desired.of("mdm_server").items() if isinstance(declared.spec, MdmServer)
    }
    for server, reading in readings.items():
        told = reading.account.server_name
        if not told or server not in names or told.casefold() == names[server].casefold():
            continue
        other = next((key for key, name in names.items() if name.casefold() == told.casefold()), "")
        said = f'The server token of connections.device_enrolment.{server} is the one of "{told}", not of "{names[server]}".'
        hint = f"It belongs under {other}." if other else "If the service was renamed, correct its name under mdm_servers."
        yield Diagnostic(None, said, hint, Severity.ERROR if other else Severity.WARNING)


def _elsewhere(look: Look, readings: Mapping[str, Reading]) -> Iterator[Diagnostic]:
    """Devices that an entry names and another service has: they wait until they have moved."""
    found: dict[tuple[int, str], list[str]] = {}
    declared = look.desired.of(PROFILE)
    for server, reading in readings.items():
        for serial in reading.devices.keys() & declared.keys():
            if on(declared[serial]) != server:
                found.setdefault((id(declared[serial]), server), []).append(serial)
    by_id = {id(each): each for each in _distinct(look)}
    for (entry, server), serials in found.items():
        meant = by_id[entry]
        said = f'{len(serials):,} devices of "{meant.origin}" are on {server}, not on {on(meant)}: {some(sorted(serials))}.'
        hint = f"They get the profile on the run after device_assignments has moved them to {on(meant)}."
        yield Diagnostic(meant.source, said, hint, Severity.WARNING)


def _fixed(look: Look, readings: Mapping[str, Reading]) -> Iterator[Diagnostic]:
    """Choices that this plan makes for devices, and that only erasing takes back."""
    making: Counter[tuple[int, str]] = Counter()
    keeping: Counter[int] = Counter()
    declared = {id(each): each for each in _distinct(look)}
    for wanted, seen, fetched, count in _pairs(look, readings):
        before = seen.spec if seen else None
        if before == wanted.spec:
            continue
        keeping[id(wanted)] += count if fetched else 0
        for words in _binding(wanted, before):
            making[id(wanted), words] += count
    for key, each in declared.items():
        chosen = {words: count for (entry, words), count in making.items() if entry == key}
        if chosen:
            said = f'"{each.origin}" makes {max(chosen.values()):,} devices, when they are set up: {", ".join(sorted(chosen))}.'
            hint = "This is fixed from then on: only erasing a device takes it back."
            yield Diagnostic(each.source, said, hint, Severity.WARNING)
        if keeping[key]:
            said = f'{keeping[key]:,} devices of "{each.origin}" were set up with another profile already and keep it.'
            yield Diagnostic(each.source, said, "The new one counts once they are erased.", Severity.WARNING)


def _binding(wanted: Declared, before: object) -> Iterator[str]:
    """The choices of a declaration that bind, as far as they are new to a device."""
    for name, (value, words) in FIXED.items():
        if getattr(wanted.spec, name) is value and not (isinstance(before, EnrolmentProfile) and getattr(before, name) is value):
            yield words


def _pairs(look: Look, readings: Mapping[str, Reading]) -> Iterable[tuple[Declared, Seen | None, bool, int]]:
    """What is wanted and seen of devices, with how many there are of each combination: a handful for a million devices."""
    counts: Counter[tuple[int, str, str, bool]] = Counter()
    by_id: dict[int, Declared] = {}
    explicit, rules = look.desired.of(PROFILE), look.desired.rules.get(PROFILE, ())
    claimed: dict[int, Declared | None] = {}
    for server, reading in readings.items():
        for serial, device in reading.devices.items():
            wanted = explicit.get(serial)
            if wanted is None:
                key = id(device.traits)
                if key not in claimed:
                    claims = (rule.declared for rule in rules if all(test(device.traits[at]) for at, test in rule.match.tests))
                    claimed[key] = next(claims, None)
                wanted = claimed[key]
            if wanted is not None and on(wanted) == server:
                by_id[id(wanted)] = wanted
                counts[id(wanted), server, device.profile, device.fetched] += 1
    for (entry, server, profile, fetched), count in counts.items():
        yield by_id[entry], readings[server].seen.get(profile), fetched, count
