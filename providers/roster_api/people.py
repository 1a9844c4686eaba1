"""Whose account is whose: the Roster API tells no person_id, so people are joined by e-mail address, or by a name that only one has.

What is not certain is not joined. Names live in these tables only while a plan is made; outside, everybody has a pseudonym or the key
that the files give to an administrator (whose address and name come here as keyed hashes, so that hashes are compared).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from providers.roster_api.calls import Account
from reconciler.kinds.frame import ADMINISTRATOR, Contact
from reconciler.provider import Look
from reconciler.roster.desired import PERSON
from reconciler.roster.layout import PEOPLE

Row = tuple[str, str, str, str]
"""Who, address, first and last name."""


@dataclass(slots=True, repr=False)
class _Group:
    """People of one sort. `seen` turns what Apple tells of an attribute into how this sort has it."""

    seen: Callable[[str, str], str]
    mails: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def fill(self, rows: Iterable[Row]) -> _Group:
        """Take people in; returns itself."""
        for who, mail, first, last in rows:
            if mail:
                self.mails[mail].append(who)
            if first and last:
                self.names[first, last].append(who)
        return self

    def by_mail(self, account: Account) -> Sequence[str]:
        """Who has the account's address."""
        return self.mails.get(self.seen("email", account.email.casefold()), ()) if self.mails else ()

    def by_name(self, account: Account) -> Sequence[str]:
        """Who is called so."""
        if not self.names:
            return ()
        return self.names.get((self.seen("first_name", account.first_name), self.seen("last_name", account.last_name)), ())


@dataclass(frozen=True, slots=True, repr=False)
class Joined:
    """Account → who has it: `people` by person_id, `administrators` by key; somebody may be both."""

    people: Mapping[str, str]
    administrators: Mapping[str, str]


def joined(accounts: Sequence[Account], look: Look) -> Joined:
    """Join accounts and people; each at most once."""
    people = _Group(lambda _, value: value).fill(_people(look))
    administrators = _Group(look.pseudonyms.mask).fill(_administrators(look))
    mails = Counter(account.email.casefold() for account in accounts)
    names = Counter((account.first_name, account.last_name) for account in accounts)
    found: tuple[dict[str, str], dict[str, str]] = {}, {}
    rest = []
    for account in accounts:
        alone = account.email and mails[account.email.casefold()] == 1
        hits = [group.by_mail(account) if alone else () for group in (people, administrators)]
        for table, hit in zip(found, hits, strict=True):
            if len(hit) == 1:
                table[account.key] = hit[0]
        if not any(len(hit) == 1 for hit in hits) and names[account.first_name, account.last_name] == 1:
            rest.append(account)
    _by_name(rest, (people, administrators), found)
    return Joined(*found)


def _by_name(accounts: Iterable[Account], groups: tuple[_Group, _Group], found: tuple[dict[str, str], dict[str, str]]) -> None:
    """Add those whose name one of all people has, and that one has no account yet."""
    taken = [set(table.values()) for table in found]
    for account in accounts:
        hits = [group.by_name(account) for group in groups]
        if sum(map(len, hits)) == 1:
            at = 0 if hits[0] else 1
            if hits[at][0] not in taken[at]:
                found[at][account.key] = hits[at][0]


def _people(look: Look) -> Iterator[Row]:
    for layout in PEOPLE:
        for part in look.roster.of(layout.name):
            mails = (mail.strip().casefold() for mail in part.column("email_address"))
            yield from zip(part.keys, mails, part.column("first_name"), part.column("last_name"), strict=True)


def _administrators(look: Look) -> Iterator[Row]:
    for key, one in look.desired.of(ADMINISTRATOR).items():
        if isinstance(one.spec, Contact):
            yield key, one.spec.email or "", one.spec.first_name or "", one.spec.last_name or ""


def named(found: Joined, look: Look) -> dict[str, tuple[str, ...]]:
    """Account → what plans call who has it: first by the key under administrators, then as a person of the rosters."""
    keys = look.desired.of(ADMINISTRATOR).keys()
    pseudonyms = dict(zip(found.people, look.pseudonyms.all(PERSON, found.people.values()), strict=True))
    names: dict[str, tuple[str, ...]] = {key: (who,) for key, who in found.administrators.items()}
    for account, person in found.people.items():
        who = person if person in keys else pseudonyms[account]
        if who not in names.get(account, ()):
            names[account] = (*names.get(account, ()), who)
    return names
