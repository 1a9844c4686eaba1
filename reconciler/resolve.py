"""From rules to names: which things each rule claims, now that the live organization is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.desired import Desired, Rule
from reconciler.diagnostic import Diagnostic
from reconciler.observed import Observed
from reconciler.phrases import some
from reconciler.resource import Declared


@dataclass(slots=True)
class Resolved:
    """`items`: kind → name → what is wanted of it. `conflicts`: things that two rules want in two places, as errors."""

    items: dict[str, Mapping[str, Declared]] = field(default_factory=dict)
    conflicts: list[Diagnostic] = field(default_factory=list)


def resolve(desired: Desired, observed: Observed) -> Resolved:
    """Give every rule the things it claims. A thing that is named outright is never claimed by a rule (the explicit outranks)."""
    resolved = Resolved(dict(desired.items))
    for kind, rules in desired.rules.items():
        claimed = _claim(rules, observed.present.get(kind, {}), desired.of(kind), resolved.conflicts)
        claimed.update(desired.of(kind))  # the explicit outranks
        resolved.items[kind] = claimed
    return resolved


class Claims:
    """Which declarations claim a thing, by its traits."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._traits = [(index, _Trait(rules, index)) for index in sorted({index for rule in rules for index, _ in rule.match.tests})]
        self._answers: dict[int, list[Declared]] = {}

    def on(self, traits: tuple[object, ...]) -> list[Declared]:
        """One per distinct spec, by name of the entry so that file order does not matter."""
        left = (1 << len(self._rules)) - 1
        for index, allowed in self._traits:
            left = allowed[traits[index], left]
        if left not in self._answers:
            self._answers[left] = self._declared(left)
        return self._answers[left]

    def _declared(self, left: int) -> list[Declared]:
        claims = sorted((rule.declared for n, rule in enumerate(self._rules) if left >> n & 1), key=lambda declared: declared.origin)
        first_of_spec = {declared.spec: declared for declared in reversed(claims)}
        return sorted(first_of_spec.values(), key=lambda declared: declared.origin)


class _Trait(dict[tuple[object, int], int]):
    """Value of one trait, and the rules that are still possible → those of them that it allows; bit n stands for rule n.

    A pair is judged when it is first met: a million devices have a few families and some ten thousand orders.
    """

    def __init__(self, rules: Sequence[Rule], index: int) -> None:
        super().__init__()
        self._tests = [(1 << n, test) for n, rule in enumerate(rules) for at, test in rule.match.tests if at == index]
        self._others = (1 << len(rules)) - 1 - sum(bit for bit, _ in self._tests)

    def __missing__(self, pair: tuple[object, int]) -> int:
        value, left = pair
        rules = self[pair] = left & self._others | sum(bit for bit, test in self._tests if left & bit and test(value))
        return rules


def _claim(
    rules: Sequence[Rule], present: Mapping[str, tuple[object, ...]], explicit: Mapping[str, Declared], conflicts: list[Diagnostic]
) -> dict[str, Declared]:
    """Name → declared for what the rules claim, `explicit` things included. Equal traits are one object, so each is asked about once."""
    claims = Claims(rules)
    answers = {key: claims.on(traits) for key, traits in {id(traits): traits for traits in present.values()}.items()}
    sole = {key: wants[0] for key, wants in answers.items() if len(wants) == 1}
    if any(len(wants) > 1 for wants in answers.values()):
        conflicts.extend(_conflicts(answers, present, explicit))
    return {name: sole[key] for name, key in zip(present, map(id, present.values()), strict=True) if key in sole}


def _conflicts(
    answers: Mapping[int, Sequence[Declared]], present: Mapping[str, tuple[object, ...]], explicit: Mapping[str, Declared]
) -> Iterator[Diagnostic]:
    disputed: dict[tuple[int, ...], list[str]] = defaultdict(list)
    wants_of = {tuple(map(id, wants)): wants for wants in answers.values()}
    for name, traits in present.items():
        wants = answers[id(traits)]
        if len(wants) > 1 and name not in explicit:
            disputed[tuple(map(id, wants))].append(name)
    yield from (_conflict(wants_of[key], names) for key, names in disputed.items())


def _conflict(wants: Sequence[Declared], names: Sequence[str]) -> Diagnostic:
    entries = " and ".join(f'"{declared.origin}" ({declared.source})' for declared in wants)
    them, things = ("it", "thing is") if len(names) == 1 else ("them", "things are")
    return Diagnostic(
        wants[0].source,
        f"{len(names)} {things} claimed by {entries}, which disagree on what to do with {them}: {some(sorted(names))}.",
        "Narrow one of the matches, or list the serials under one entry: a listed serial outranks every match.",
    )
