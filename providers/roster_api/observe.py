"""What is known of roles: what Apple tells, and what people have confirmed where it could not be told. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from providers.roster_api.calls import Account
from providers.roster_api.people import Joined, named
from reconciler.kinds.hierarchy import UPLOADED
from reconciler.kinds.naming import slug
from reconciler.kinds.roles import ROLE, Grant
from reconciler.provider import Look
from reconciler.resource import Seen

ACCOUNT = "account"
"""The sort of pseudonym of somebody whom these files do not know."""


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """Everybody's account, who has it as far as that is certain, and which location Apple's ids mean, likewise."""

    accounts: Sequence[Account]
    joined: Joined
    places: Mapping[str, str]


@dataclass(slots=True)
class Roles:
    """Grants by name. `nobody`: people of these files with roles whose account is not known; `nowhere`: locations that could not be told,
    and that matter; `strangers`: who holds a role and is not of these files."""

    items: dict[str, Seen] = field(default_factory=dict)
    nobody: set[str] = field(default_factory=set)
    nowhere: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Unplaced:
    """Who holds which role at an id that means no location: (who, role) → ids."""

    ids: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))


def granted(account: Account) -> list[tuple[str, str]]:
    """The roles that a person granted, each with Apple's id of its location; the others follow from the rosters."""
    return [(role, location) for role, location in account.roles if role not in UPLOADED]


def mentioned(look: Look) -> dict[str, Grant]:
    """Every grant that the files or the record know, by name."""
    told = {name: _read(name) for name in look.recorded.get(ROLE.name, {})}
    return told | {name: one.spec for name, one in look.desired.of(ROLE.name).items() if isinstance(one.spec, Grant)}


def _read(name: str) -> Grant:
    """A recorded grant: of its role only the slug is known."""
    person, role, location = name.split("/", 2)
    return Grant(person=person, role=role, location=location)


def roles(look: Look, reading: Reading, known: Mapping[str, Seen]) -> Roles:
    """`known`: what the record says, for grants of which Apple does not tell."""
    found, asked, whos, unplaced = Roles(), mentioned(look), named(reading.joined, look), _Unplaced()
    for account in reading.accounts:
        if grants := granted(account):
            who = whos.get(account.key) or (look.pseudonyms.of(ACCOUNT, account.key),)
            found.strangers.update(who if account.key not in whos else ())
            _add(found, unplaced, who, grants, reading.places, asked.keys())
    found.nobody = {grant.person for grant in asked.values()}.difference(*whos.values())
    explained: set[tuple[str, str]] = set()
    for name, grant in asked.items():
        if name not in found.items and _untold(found, unplaced, grant, set(reading.places.values())):
            explained.add((grant.person, slug(grant.role)))
            found.items[name] = _believed(look, name, known)
    found.items.update(_elsewhere(unplaced, explained))
    return found


def _add(
    found: Roles, unplaced: _Unplaced, who: Sequence[str], grants: Sequence[tuple[str, str]], places: Mapping[str, str], asked: Set[str]
) -> None:
    for role, id_ in grants:
        location = places.get(id_)
        if location is None:
            for one in who:
                unplaced.ids[one, role].add(id_)
            continue
        each = [Grant(person=one, role=role, location=location) for one in who]
        wanted = [grant for grant in each if grant.name in asked]
        found.items.update((grant.name, Seen(grant)) for grant in wanted or each[:1])


def _untold(found: Roles, unplaced: _Unplaced, grant: Grant, places: Set[str]) -> bool:
    """Whether Apple may have a grant although it was not found."""
    if grant.person in found.nobody:
        return True
    if grant.location in places or not any((who, slug(role)) == (grant.person, slug(grant.role)) for who, role in unplaced.ids):
        return False
    found.nowhere.add(grant.location)
    return True


def _believed(look: Look, name: str, known: Mapping[str, Seen]) -> Seen:
    """What the record says counts; without it, or where it is to end, a person must say."""
    declared, recorded = look.desired.of(ROLE.name).get(name), known.get(name)
    if declared is not None and recorded is not None:
        return recorded
    seen = recorded or Seen(declared.spec if declared else _read(name), by_channel=True)
    return replace(seen, spec=seen.spec.model_copy(update={"granted": None}))


def _elsewhere(unplaced: _Unplaced, explained: Set[tuple[str, str]]) -> Iterator[tuple[str, Seen]]:
    """What somebody holds at an id that means no location, unless it may be one of the grants that are asked for."""
    for (who, role), ids in unplaced.ids.items():
        if (who, slug(role)) not in explained:
            for id_ in sorted(ids):
                grant = Grant(person=who, role=role, location=id_)
                yield grant.name, Seen(grant)
