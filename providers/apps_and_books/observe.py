"""One reading of a location, as far as anybody asks.

One request for the addresses, one for the location, ⌈assets / page⌉, ⌈assignments / page⌉ of the apps that are declared or recorded (app by
app, or all together if that takes fewer), and ⌈users / page⌉ where people have licences.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from providers.apps_and_books import calls
from providers.apps_and_books.decode import Asset, Config, Licences, Limits, Location, Pricing
from providers.apps_and_books.settle import PAGE
from providers.wire.message import Call
from reconciler.kinds.licences import APP, LICENCE, TOKEN, USER, App, ContentToken, LibraryUser
from reconciler.kinds.licences import Licence as LicenceSpec
from reconciler.licences.allocation import app_name, user_name
from reconciler.licences.allot import MARK
from reconciler.licences.library import UNLIMITED, Library, Owned
from reconciler.observed import Observed
from reconciler.provider import Known, Look
from reconciler.pseudonyms import DIGITS, Pseudonyms
from reconciler.pseudonyms import MARK as PERSON
from reconciler.resource import Seen

OURS = re.compile(rf"{PERSON}[a-z2-7]{{{DIGITS}}}")
"""A clientUserId that we made: a pseudonym."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a look needs of one location: apps (None: all), and whether its users."""

    apps: Collection[Pricing] | None
    users: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What one location told. `manager`: who else manages it, so that nothing more was asked."""

    location: Location
    limits: Limits = field(default_factory=Limits)
    assets: Sequence[Asset] = ()
    licences: Sequence[Licences] = ()
    users: frozenset[str] = frozenset()
    manager: str = ""


def wanted(token: str, look: Look) -> Wanted:
    """What a look needs of a token's location: what is declared there, and what is ours there."""
    if look.everything:
        return Wanted(None, users=True)
    names = {name.rpartition(".")[0] for name in (*_one_of_each(look.recorded.get(LICENCE, {})), *look.desired.of(LICENCE))}
    names.update(one.name for one in look.desired.allocations)
    users = any(one.people is not None and one.token == token for one in look.desired.allocations)
    users = users or any(name.rpartition(".")[0] == token for name in (*look.recorded.get(USER, {}), *look.desired.of(USER)))
    return Wanted({pricing_of(name) for name in names if name.rsplit(".", 2)[0] == token}, users)


def _one_of_each(recorded: Mapping[str, Known]) -> Iterable[str]:
    """At least one licence of each app: all of one entry are of one app, which is in its fingerprint; a million need not be taken apart."""
    return dict(zip(map(id, recorded.values()), recorded, strict=True)).values()


def pricing_of(app: str) -> Pricing:
    """Apple's name for an app, from ours."""
    _, adam_id, pricing = app.rsplit(".", 2)
    return Pricing(adam_id, pricing)


def read(config: Config, location: Location, asked: Wanted) -> Call[Reading]:
    """What is asked of a location whose manager we may be."""
    if asked.apps is not None and not asked.apps:
        return Reading(location, config.limits)
    assets = (yield from calls.assets(config)).items
    of_interest = [one for one in assets if asked.apps is None or one.id in asked.apps]
    licences = yield from _licences(config, assets, of_interest)
    users: frozenset[str] = frozenset()
    if asked.users:
        users = frozenset(user.id for user in (yield from calls.users(config, activeOnly="true")).items if user.active)
    return Reading(location, config.limits, of_interest, licences, users)


def _licences(config: Config, assets: Iterable[Asset], of_interest: Sequence[Asset]) -> Call[list[Licences]]:
    """Who has the apps of interest. The list by app knows no pricing, so it may tell of another asset, too."""
    everything = _pages(sum(one.assigned for one in assets))
    counts: dict[str, int] = defaultdict(int)
    for one in of_interest:
        counts[one.id.adam_id] += one.assigned
    apps = [adam_id for adam_id, count in sorted(counts.items()) if count]
    if everything <= sum(_pages(counts[one]) for one in apps):
        found = (yield from calls.assignments(config)).items
    else:
        found = []
        for adam_id in apps:
            found += (yield from calls.assignments(config, adamId=adam_id)).items
    return found


def _pages(items: int) -> int:
    return max(-(-items // PAGE), 1)


def observed(look: Look, readings: Mapping[str, Reading]) -> Observed:
    """Readings in the plan's words, by token."""
    found = Observed(items={TOKEN: {}, APP: {}, USER: {}, LICENCE: {}})
    items = {kind: dict(found.items[kind]) for kind in found.items}
    titles = {one.name: one.title for one in look.desired.allocations}
    for token, reading in readings.items():
        items[TOKEN][token] = Seen(_token(token, look, reading), reading.location.library)
        library = found.libraries[token] = _library(token, reading, look.pseudonyms)
        for name, owned in library.owned.items():
            if name not in titles and not look.everything:
                continue  # only its licences are of interest: some of them are ours
            spec = App(title=titles.get(name, ""), location=library.location, licences=max(owned.total, 0))
            items[APP][name] = Seen(spec, "", MARK)
        for name, holders in library.held.items():
            items[LICENCE].update(_seen(name, holders))
        user = Seen(LibraryUser(token=token))
        items[USER].update((user_name(token, one), user) for one in library.users)
    found.items.update(items)
    found.titles[TOKEN] = {token: reading.location.name for token, reading in readings.items()}
    return found


def _seen(app: str, holders: Sequence[str]) -> dict[str, Seen]:
    """Licences of one app by name; all of one sort share an object."""
    device, person = Seen(LicenceSpec(app=app, holder="device")), Seen(LicenceSpec(app=app, holder="person"))
    found = dict.fromkeys(map(f"{app}.".__add__, holders), device)
    if PERSON in "\n".join(holders):
        found.update(dict.fromkeys((f"{app}.{holder}" for holder in holders if is_person(holder)), person))
    return found


def is_person(holder: str) -> bool:
    """Whether somebody, and not something, has a licence: pseudonyms have what no serial number has."""
    return holder.startswith(PERSON)


def _token(token: str, look: Look, reading: Reading) -> ContentToken:
    """Whose account it is, Apple does not tell, so the files' word is as good as any."""
    declared = look.desired.of(TOKEN).get(token)
    account = declared.spec.account if declared and isinstance(declared.spec, ContentToken) else ""
    return ContentToken(location=reading.location.name, account=account)


def _library(token: str, reading: Reading, pseudonyms: Pseudonyms) -> Library:
    owned = {app_name(token, *one.id): _owned(one) for one in reading.assets}
    held = {app_name(token, *one): holders for one, holders in _holders(reading.licences, pseudonyms).items()}
    held = {name: holders for name, holders in held.items() if name in owned}
    limits = {name: getattr(reading.limits, name) for name in ("assets", "users", "serials", "people")}
    return Library(reading.location.name, owned, held, frozenset(filter(OURS.fullmatch, reading.users)), limits, reading.manager)


def _holders(licences: Sequence[Licences], pseudonyms: Pseudonyms) -> dict[tuple[str, str], list[str]]:
    """Who has each app; people whom somebody else made users are masked, as their ids may tell who they are."""
    strangers = sorted(user for user in set().union(*(page.users for page in licences)) if user and not OURS.fullmatch(user))
    masked = dict(zip(strangers, pseudonyms.all(USER, strangers), strict=True))
    held: dict[tuple[str, str], list[str]] = defaultdict(list)
    for adam_ids, pricings, users, serials in licences:
        holders = serials if all(serials) else [serial or masked.get(user, user) for user, serial in zip(users, serials, strict=True)]
        if len(set(adam_ids)) == len(set(pricings)) == 1:  # most pages of an app for everybody
            held[adam_ids[0], pricings[0]] += holders
            continue
        for adam_id, pricing, holder in zip(adam_ids, pricings, holders, strict=True):
            held[adam_id, pricing].append(holder)
    return held


def _owned(asset: Asset) -> Owned:
    """Retired licences, which books leave behind, are nobody's any more; apps without a limit have Apple's largest count."""
    total = asset.total if asset.total >= UNLIMITED else asset.assigned + asset.available
    return Owned(total, asset.assigned, asset.device_assignable, asset.revocable, asset.book)
