"""From rules to names: which things each rule claims, now that the live organization is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.desired import Desired, Rule
from reconciler.diagnostic import Diagnostic
from reconciler.observed import Observed
from reconciler.resource import Declared

SHOWN = 5


@dataclass(slots=True)
class Resolved:
    """`items`: kind → name → what is wanted of it. `conflicts`: things that two rules want in two places, as errors."""

    items: dict[str, dict[str, Declared]] = field(default_factory=dict)
    conflicts: list[Diagnostic] = field(default_factory=list)


def resolve(desired: Desired, observed: Observed) -> Resolved:
    """Give every rule the things it claims. A thing that is named outright is never claimed by a rule (the explicit outranks)."""
    resolved = Resolved(dict(desired.items))
    for kind, rules in desired.rules.items():
        claimed = _claim(rules, observed.present.get(kind, {}), desired.of(kind), resolved.conflicts)
        resolved.items[kind] = {**claimed, **desired.of(kind)}
    return resolved


def _claim(
    rules: Sequence[Rule], present: Mapping[str, tuple[object, ...]], explicit: Mapping[str, Declared], conflicts: list[Diagnostic]
) -> dict[str, Declared]:
    """Name → declared for what the rules claim. Rules are tried once per distinct traits: equal traits are one object."""
    answers: dict[int, list[Declared]] = {}
    claimed: dict[str, Declared] = {}
    disputed: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name, traits in present.items():
        wants = answers.get(id(traits))
        if wants is None:
            wants = answers[id(traits)] = _wants(rules, traits)
        if not wants or name in explicit:
            continue
        if len(wants) > 1:
            disputed[tuple(map(id, wants))].append(name)
        else:
            claimed[name] = wants[0]
    by_ids = {tuple(map(id, wants)): wants for wants in answers.values()}
    conflicts.extend(_conflict(by_ids[key], names) for key, names in disputed.items())
    return claimed


def _wants(rules: Sequence[Rule], traits: tuple[object, ...]) -> list[Declared]:
    """The declarations that claim such a thing, one per distinct spec, by name of the entry so that file order does not matter."""
    claims = sorted((rule.declared for rule in rules if rule.match.matches(traits)), key=lambda declared: declared.origin)
    first_of_spec = {declared.spec: declared for declared in reversed(claims)}
    return sorted(first_of_spec.values(), key=lambda declared: declared.origin)


def _conflict(wants: Sequence[Declared], names: Sequence[str]) -> Diagnostic:
    entries = " and ".join(f'"{declared.origin}" ({declared.source})' for declared in wants)
    sample = ", ".join(sorted(names)[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    them, things = ("it", "thing is") if len(names) == 1 else ("them", "things are")
    return Diagnostic(
        wants[0].source,
        f"{len(names)} {things} claimed by {entries}, which disagree on what to do with {them}: {sample}.",
        "Narrow one of the matches, or list the serials under one entry: a listed serial outranks every match.",
    )
