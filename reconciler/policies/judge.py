"""All policies over one configuration or plan, silences kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.policies import apps, custom, devices, enrolment, organization, portal, rosters
from reconciler.policies.document import variables
from reconciler.policies.policy import Found, Matter, Place, Policy
from reconciler.policies.settings import Rule, Silence

POLICIES: Mapping[str, Policy] = {
    policy.id: policy for family in (organization, devices, enrolment, rosters, portal, apps) for policy in family.POLICIES
}
"""Every policy that comes with reconciler, by its id."""


def judge(matter: Matter) -> list[Diagnostic]:
    """Everything that policies find in the files and, where there is one, in the plan. Nothing is changed.

    What is silenced today is left out; a silence that has ended, or that names no policy, is a finding itself.
    """
    found = [*_silences(matter), *_own(matter)]
    for policy in POLICIES.values():
        if matter.plan is not None or not policy.of_plan:
            found += [policy.diagnostic(one) for one in policy.check(matter) if not _silenced(policy, one, matter)]
    return found


def _silenced(policy: Policy, found: Found, matter: Matter) -> bool:
    return any(_covers(silence, policy.id, found.where, matter) for silence in matter.settings.policies.silence)


def _covers(silence: Silence, id_: str, where: str, matter: Matter) -> bool:
    return silence.id == id_ and silence.where in ("*", where) and matter.today <= silence.until


def rule_faults(rules: Sequence[Rule], place: Place) -> list[Diagnostic]:
    """What is wrong with the organization's own rules themselves, whatever the plan."""
    return [*_ids(rules, place), *(diagnostic for _, diagnostic in custom.judge(rules, None, place))]


def _own(matter: Matter) -> Iterator[Diagnostic]:
    policies = matter.settings.policies
    if not policies.rules:
        return
    yield from _ids(policies.rules, matter.place)
    seen: Mapping[str, Any] | None = variables(matter.plan, matter.today) if matter.plan is not None else None
    for id_, diagnostic in custom.judge(policies.rules, seen, matter.place):
        broken = diagnostic.message.startswith(f"{id_}: The rule ")
        if broken or not any(_covers(silence, id_, "*", matter) for silence in policies.silence):
            yield diagnostic


def _ids(rules: Iterable[Rule], place: Place) -> Iterator[Diagnostic]:
    seen: set[str] = set(POLICIES)
    for index, rule in enumerate(rules):
        if rule.id in seen:
            message = f"policies.rules.id: {short(rule.id)} is already the id of a policy."
            yield Diagnostic(place("policies", "rules", index, "id"), message, "Choose another one; silences go by it.")
        seen.add(rule.id)


def _silences(matter: Matter) -> Iterator[Diagnostic]:
    known: Collection[str] = [*POLICIES, *(rule.id for rule in matter.settings.policies.rules)]
    for index, silence in enumerate(matter.settings.policies.silence):
        at = ("policies", "silence", index)
        if silence.id not in known:
            message = f"policies.silence.id: {short(silence.id)} is not a policy."
            hint = did_you_mean(silence.id, known) or "They are listed by: reconciler policy list"
            yield Diagnostic(matter.place(*at, "id"), message, hint)
        elif matter.today > silence.until:
            message = f"policies.silence.until: {silence.id} is silent no more since {silence.until}."
            yield Diagnostic(matter.place(*at, "until"), message, "Do what it asks, or decide anew.", Severity.WARNING)
