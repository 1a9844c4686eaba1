"""Content tokens, and who has which licence, as entries of our files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.kinds.devices_found import MANY, usable
from reconciler.kinds.found import Draft, Omitted, Survey, Table
from reconciler.kinds.licences import LICENCE, TOKEN, USER
from reconciler.kinds.suggest import short
from reconciler.licences.allocation import licence_name, user_name
from reconciler.licences.library import Library, Owned
from reconciler.phrases import counted

FILE = "apps.yaml"
ASSIGNMENT, PERSON = "device_assignment", "person"
ACCOUNT = "Apple does not tell whose token it is. Add account: name@domain, as a changed password of that account ends the token."
PAGES = {False: "https://apps.apple.com/app/id", True: "https://books.apple.com/book/id"}
STRANGERS = "people have them whom the rosters of these files do not know, and Apple does not tell who they are"
NO_ACCOUNT = "people have them of whom the rosters have no e-mail address, or Apple no account"
GONE = "devices have them that the organization does not have, or that no list can name"
NOT_FOR_DEVICES = "devices have them, and Apple says that only people can"
BOTH = "people have them beside devices, and an app is given here to one or the other"
IDLE = "nobody has a licence of them, so there is nothing to write down"
PRICINGS = ("STDQ", "PLUS")


def export_tokens(survey: Survey) -> Iterator[Draft | Omitted]:
    """One entry per token, under the key of its connection."""
    taken = {_plain(one.spec) for one in survey.declared.values()}
    for token, seen in sorted(survey.items.items()):
        location, library = str(getattr(seen.spec, "location", "")), survey.scene.observed.libraries.get(token)
        if library is not None and library.manager:
            yield Omitted(1, managed(library))
        elif not location.strip():
            yield Omitted(1, f"Apple tells no location for connections.apps_and_books.{token}")
        elif _plain(seen.spec) in taken:
            yield Omitted(1, f"{short(location)} has another token in these files: take connections.apps_and_books.{token} out")
        else:
            taken.add(_plain(seen.spec))
            yield Draft(FILE, token, {"location": location}, ACCOUNT, [token], fixed=True)


def _plain(token: Any) -> str:  # Any: ContentToken
    return str(token.location).strip().casefold()


def managed(library: Library) -> str:
    """Why a location is left alone."""
    return f"{library.location} is managed by {short(library.manager)}; take its token out there, or set take_over: true, and import again"


@dataclass(slots=True)
class _Found:
    """Licences of one app and price that an entry can name, by token: serial numbers, or people by pseudonym."""

    devices: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    people: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def given(self) -> Mapping[str, list[str]]:
        """What the entry is about: an app is given either to devices or to people."""
        return self.devices or self.people


def export_apps(survey: Survey) -> Iterator[Draft | Omitted]:
    """One entry per app and price, with a list of its devices for each location, or the people of the rosters who have it."""
    left: Counter[str] = Counter()
    found = _sorted(survey, left)
    owned = {name: one for library in survey.scene.observed.libraries.values() for name, one in library.owned.items()}
    for (adam_id, pricing), one in sorted(found.items()):
        written = _written(survey, adam_id, pricing)
        if one.people and (one.devices or written):
            left[BOTH] += sum(map(len, one.people.values()))
        if written and one.devices:
            yield _grown(written, survey, f"{adam_id}.{pricing}", one.devices)
        if written:
            continue
        book = any(owned[f"{token}.{adam_id}.{pricing}"].book for token in one.given)
        yield _entry(survey, adam_id, pricing, book, one)
    yield from (Omitted(count, why, LICENCE) for why, count in (+left).items())
    yield from _idle(survey, found)


def _idle(survey: Survey, found: Mapping[tuple[str, str], _Found]) -> Iterator[Omitted]:
    """Apps of which no licence is written down."""
    left: Counter[str] = Counter()
    for name in survey.items:
        token, adam_id, pricing = name.rsplit(".", 2)
        library = survey.scene.observed.libraries[token]
        if token not in found.get((adam_id, pricing), _Found()).given:
            left[managed(library) if library.manager else IDLE if not library.held.get(name) else "none of their licences can be"] += 1
    yield from (Omitted(count, why) for why, count in left.items())


def _sorted(survey: Survey, left: Counter[str]) -> Mapping[tuple[str, str], _Found]:
    """(adamId, price) → who has it. What no entry can name is counted by reason in `left`."""
    found: dict[tuple[str, str], _Found] = defaultdict(_Found)
    fresh = survey.scene.fresh.get(LICENCE, ())
    for token, library in sorted(survey.scene.observed.libraries.items()):
        for app, holders in library.held.items():
            new = {holder: name for holder in holders if (name := licence_name(app, holder)) in fresh}
            if new:
                why = _unspeakable(survey, token, app, library)
                if why:
                    left[why] += len(new)
                else:
                    _, adam_id, pricing = app.rsplit(".", 2)
                    _holders(survey, library.owned[app], new, found[adam_id, pricing], token, left)
    return {key: one for key, one in found.items() if one.given}


def _unspeakable(survey: Survey, token: str, app: str, library: Library) -> str:
    """Why no entry can give out an app at a location; empty if one can."""
    _, adam_id, pricing = app.rsplit(".", 2)
    if library.manager:
        return managed(library)
    if survey.key(TOKEN, token) != token:
        return f"connections.apps_and_books.{token} has no entry under content_tokens"
    if pricing not in PRICINGS or not re.fullmatch("[0-9]{4,18}", adam_id):
        return "these files know no such app or price"
    written = _written(survey, adam_id, pricing)
    if written and not _list_of_ours(written, token):
        return "their app has an entry that does not name who has them; add them to it"
    return ""


def _written(survey: Survey, adam_id: str, pricing: str) -> tuple[str, Mapping[str, Any]] | None:
    """The entry that the files have of an app at a price, by name."""
    for name, entry in survey.written.items():
        if isinstance(entry, Mapping) and (entry.get("adam_id"), entry.get("pricing", "STDQ")) == (adam_id, pricing):
            return name, entry
    return None


def _list_of_ours(written: tuple[str, Mapping[str, Any]], token: str) -> str:
    """The file of devices that an earlier import wrote for this entry, and that may grow; empty if there is none."""
    name, value = written
    for key in ("allocate", token, "devices"):
        value = value.get(key) if isinstance(value, Mapping) else None  # type: ignore[assignment]  # a tree of texts and mappings
    file = value.get("file") if isinstance(value, Mapping) and len(value) == 1 else None
    return str(file) if file in (f"apps/{name}.csv", f"apps/{name}-{token}.csv") else ""


def _holders(survey: Survey, owned: Owned, names: Mapping[str, str], found: _Found, token: str, left: Counter[str]) -> None:
    """Sort who has one app at one location. `names`: holder → name of the licence."""
    licences = survey.scene.observed.items[LICENCE]
    people = {holder for holder, name in names.items() if getattr(licences[name].spec, "holder", "") == PERSON}
    devices = _devices(survey, [holder for holder in names if holder not in people])
    known = [who for who in people if who in survey.scene.people]
    ready = [who for who in known if who not in survey.scene.unreachable and _there(survey, who)]
    left[STRANGERS] += len(people) - len(known)
    left[NO_ACCOUNT] += len(known) - len(ready)
    left[GONE] += len(names) - len(people) - len(devices)
    if owned.device_assignable and devices:
        found.devices[token] += devices
    else:
        left[NOT_FOR_DEVICES] += len(devices)
    if ready:
        found.people[token] += sorted(ready)


def _devices(survey: Survey, serials: Sequence[str]) -> list[str]:
    """Those that the organization has and a list can hold."""
    present = survey.scene.observed.present.get(ASSIGNMENT, {})
    assigned = survey.scene.observed.items.get(ASSIGNMENT, {})
    return sorted(usable([serial for serial in serials if serial in present or serial in assigned]))


def _there(survey: Survey, person: str) -> bool:
    accounts = survey.scene.observed.items.get(PERSON)
    return accounts is None or person in accounts


def _licences(app: str, given: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {LICENCE: [licence_name(f"{token}.{app}", holder) for token, holders in given.items() for holder in holders]}


def _entry(survey: Survey, adam_id: str, pricing: str, book: bool, found: _Found) -> Draft:
    app = f"{adam_id}.{pricing}"
    name = f"app-{adam_id}" if pricing == "STDQ" else f"app-{adam_id}-{pricing.lower()}"
    values: dict[str, Any] = {"adam_id": adam_id}
    values |= {"pricing": pricing} if pricing != "STDQ" else {}
    values |= {"type": "book"} if book else {}
    values |= {"per": "user"} if not found.devices else {}
    given = found.given
    tables = [table for token in given if (table := _table(survey, name, token, found))]
    values["allocate"] = {token: _whom(survey, token, found, {table.at[1]: table.file for table in tables}) for token in given}
    also = _licences(app, given)
    if not found.devices:
        users = {user_name(token, holder) for token, holders in given.items() for holder in holders}
        also[USER] = sorted(users.intersection(survey.scene.fresh.get(USER, ())))
    count = counted(sum(map(len, given.values())), "licence")
    remark = f"{count}. Apple does not tell what it is called: add name:, see {PAGES[book]}{adam_id}"
    covers = [name for name in (f"{token}.{app}" for token in given) if name in survey.items]
    return Draft(FILE, name, values, remark, covers, tables, also, personal=not found.devices)


def _whom(survey: Survey, token: str, found: _Found, files: Mapping[str, str]) -> dict[str, Any]:
    if not found.devices:
        return {"people": {"ids": sorted(survey.scene.people[holder] for holder in found.people[token])}}
    if token in files:
        return {"devices": {"file": files[token]}}
    return {"devices": {"assignments": _assignments(survey, found.devices[token])}}


def _table(survey: Survey, name: str, token: str, found: _Found) -> Table | None:
    """The list of devices, unless entries of device_assignments mean exactly these and may stand for it."""
    if not found.devices or _assignments(survey, found.devices[token]):
        return None
    file = f"apps/{name}.csv" if len(found.devices) == 1 else f"apps/{name}-{token}.csv"
    return _listed(survey, file, token, found.devices[token])


def _listed(survey: Survey, file: str, token: str, serials: Sequence[str]) -> Table:
    present = survey.scene.observed.present.get(ASSIGNMENT, {})
    rows = [(serial, str(getattr(present.get(serial), "model", ""))) for serial in serials]
    return Table(file, ("serial_number", "model"), rows, ("allocate", token, "devices", "file"))


def _grown(written: tuple[str, Mapping[str, Any]], survey: Survey, app: str, given: Mapping[str, Sequence[str]]) -> Draft:
    """An entry that an earlier import wrote, and more devices for its lists."""
    name, values = written
    tables = [_listed(survey, _list_of_ours(written, token), token, serials) for token, serials in given.items()]
    return Draft(FILE, name, values, "", [], tables, _licences(app, given))


def _assignments(survey: Survey, serials: Sequence[str]) -> list[str]:
    """The entries of device_assignments that together mean exactly these devices; none where no list may be replaced."""
    if not survey.rules:
        return []
    wanted = set(serials)
    inside = {name: covered for name, covered in survey.scene.entries.get(ASSIGNMENT, {}).items() if covered and wanted.issuperset(covered)}
    together: set[str] = set().union(*inside.values())
    return sorted(inside) if together == wanted and len(inside) <= MANY else []


def export_users(survey: Survey) -> Iterator[Draft | Omitted]:
    """Users of libraries who have no licence that an entry gives them: they do no harm, and nothing asks for them."""
    if survey.items:
        yield Omitted(len(survey.items), "they have no licence that an entry gives them, and do no harm")
