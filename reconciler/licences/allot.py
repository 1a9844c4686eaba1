"""From allocations to licences: who is to have which, whether there are enough, and what to buy. Pure.

What exists only because something else does (a library's users, the number of apps to buy) is declared here, as its numbers are known
only once the live organization was read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.desired import Desired
from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.licences import APP, LICENCE, USER, App, LibraryUser
from reconciler.licences.allocation import Allocation, user_name
from reconciler.licences.balance import Balance, Shares, balance, share
from reconciler.licences.devices import Devices
from reconciler.licences.library import Library, Owned
from reconciler.licences.people import PERSON, People
from reconciler.observed import Observed
from reconciler.phrases import counted, some
from reconciler.resource import Declared

NO_OFFER = "No other location that is connected here has any to spare."
MARK = "declared"
"""The fingerprint of every app in the record: how many there are is not ours to remember."""
Recorded = Mapping[str, Collection[str]]


@dataclass(slots=True)
class Allotted:
    """`items`: kind → name → what is wanted. `kept`: licences of ours that stay although nothing asks for them any more.

    `without`: app → who goes without, as there are too few. `waiting`: app → people who are not at Apple yet.
    """

    items: dict[str, dict[str, Declared]] = field(default_factory=lambda: {APP: {}, USER: {}, LICENCE: {}})
    kept: set[str] = field(default_factory=set)
    users_kept: set[str] = field(default_factory=set)
    balances: list[Balance] = field(default_factory=list)
    without: dict[str, Sequence[str]] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)


def allot(desired: Desired, wanted: Mapping[str, Declared], observed: Observed, recorded: Recorded, people: People) -> Allotted:
    """Share out what every location has. `wanted`: what is declared of devices, rules included; `recorded`: kind → what is ours."""
    work = _Work(observed, Devices(wanted, observed), people, recorded.get(LICENCE, ()))
    for allocation in sorted(desired.allocations, key=lambda one: one.name):
        if allocation.token in observed.libraries:
            work.one(allocation, observed.libraries[allocation.token])
    work.forgotten()
    balances = {one.app: one for one in work.done.balances}
    for allocation in desired.allocations:
        if allocation.token in observed.libraries:
            work.done.items[APP][allocation.name] = _app(allocation, balances, observed.libraries)
    _keep_users(work, recorded.get(USER, ()))
    return work.done


@dataclass(slots=True)
class _Work:
    observed: Observed
    devices: Devices
    people: People
    ours: Collection[str]
    done: Allotted = field(default_factory=Allotted)

    def one(self, allocation: Allocation, library: Library) -> None:
        """Share one app of one location."""
        name, owned = allocation.name, library.owned.get(allocation.name, Owned())
        self.done.titles[name] = f"{allocation.title} at {library.location}"
        wanted = self._wanted(allocation, owned)
        held = library.held.get(name, ())
        others = self._others(allocation, owned, wanted, held)
        free = None if owned.unlimited else owned.total - others - allocation.reserve
        shares = share(wanted, held, allocation.cap, free)
        prefix = f"{name}."
        self.done.items[LICENCE].update(dict.fromkeys(map(prefix.__add__, shares.served), allocation.declared))
        if allocation.people is not None:
            self._users(allocation, shares.served)
        numbers = balance(name, owned, shares, others, allocation.reserve)
        self.done.balances.append(numbers)
        self._tell(allocation, shares)
        if not owned.unlimited:
            self._foresee(allocation, numbers)

    def forgotten(self) -> None:
        """Licences of ours of apps that no entry names any more: books stay with whoever has them."""
        declared = set(self.done.titles)
        for library in self.observed.libraries.values():
            for app in library.owned.keys() - declared:
                _, adam_id, _ = app.rsplit(".", 2)
                self.done.titles[app] = f"{adam_id} at {library.location}"
                if not library.owned[app].revocable:
                    self.done.kept.update(self._of_ours(app, library.held.get(app, ())))

    def _of_ours(self, app: str, holders: Iterable[str]) -> list[str]:
        """The names of those licences of an app that are ours."""
        return [name for name in map(f"{app}.".__add__, holders) if name in self.ours]

    def _wanted(self, allocation: Allocation, owned: Owned) -> Collection[str]:
        """Who is to have it, in a table that is quick to look into: a million holders are looked for there."""
        if allocation.devices is not None:
            if not owned.device_assignable:
                self._say(allocation, "is not for devices: Apple says that only people can have it.", "Write per: user.")
                return ()
            found = self.devices.chosen(allocation.devices)
            lost = {serial for serials in allocation.lost for serial in serials}
            return {one for one in found if one not in lost} if lost else found
        return self._people(allocation) if allocation.people is not None else ()

    def _people(self, allocation: Allocation) -> Collection[str]:
        assert allocation.people is not None
        for what, count, one in self.people.unknown(allocation.people):
            said = f"is given to {f'the {what} {one}' if one else f'{count:,} people'}, which the roster does not have."
            self._say(allocation, said, "Correct the key, or add it to the roster.")
        found = self.people.chosen(allocation.people)
        silent = self.people.without_account.intersection(found)
        if silent:
            said = f"cannot be given to {len(silent):,} people: the roster has no e-mail address of theirs, which names their account."
            self._say(allocation, said, "Add the addresses to the roster.", Severity.WARNING)
        there = self.observed.items.get(PERSON)
        ready = {one for one in found if one not in silent and (there is None or one in there)}
        if len(ready) + len(silent) < len(found):
            self.done.waiting[allocation.name] = len(found) - len(ready) - len(silent)
        return ready

    def _others(self, allocation: Allocation, owned: Owned, wanted: Collection[str], held: Collection[str]) -> int:
        """How many licences stay with whoever has them beside those that are wanted; what of ours stays so is noted."""
        strangers = {one for one in held if one not in wanted}
        freed = self._of_ours(allocation.name, strangers)
        kept = [name for name in freed if not self._taken_back(allocation, owned, name.rpartition(".")[2])]
        self.done.kept.update(kept)
        return len(strangers) - len(freed) + len(kept)

    def _taken_back(self, allocation: Allocation, owned: Owned, holder: str) -> bool:
        if not owned.revocable or allocation.book:
            return False
        if allocation.from_leavers:
            return True
        return not (self.devices.gone(holder) if allocation.devices is not None else holder not in self.people.everybody)

    def _users(self, allocation: Allocation, served: Collection[str]) -> None:
        users = self.done.items[USER]
        declared = Declared(LibraryUser(token=allocation.token), allocation.declared.source, allocation.token)
        for person in served:
            users.setdefault(user_name(allocation.token, person), declared)

    def _tell(self, allocation: Allocation, shares: Shares) -> None:
        if shares.without:
            self.done.without[allocation.name] = shares.without
        if shares.capped:
            sort = "device" if allocation.devices is not None else "account"
            said = f"has a cap of {allocation.cap:,}, so no licence for {counted(len(shares.capped), sort)}: {some(shares.capped)}."
            self._say(allocation, said, "Whoever has a licence keeps it, then it goes by name.", Severity.WARNING)

    def _foresee(self, allocation: Allocation, numbers: Balance) -> None:
        """A purchase takes days, so what will be too few once the awaited people are at Apple is told before they are."""
        coming = self.done.waiting.get(allocation.name, 0)
        if allocation.cap is not None:
            coming = min(coming, max(allocation.cap - numbers.planned, 0))
        if coming > numbers.idle and not numbers.short:
            lacking = counted(coming - numbers.idle, "licence")
            said = f"waits for {counted(coming, 'account')} not at Apple yet; {lacking} will be lacking then."
            self._say(allocation, said, "Buy them before.", Severity.WARNING)

    def _say(self, allocation: Allocation, said: str, hint: str, severity: Severity = Severity.ERROR) -> None:
        text = f'"{allocation.declared.origin}" ({allocation.token}) {said}'
        self.done.findings.append(Diagnostic(allocation.declared.source, text, hint, severity))


def _app(allocation: Allocation, balances: Mapping[str, Balance], libraries: Mapping[str, Library]) -> Declared:
    """How many licences there must be, and where else there are some."""
    mine, library = balances[allocation.name], libraries[allocation.token]
    instead = _elsewhere(allocation, balances, libraries) if mine.short else ""
    spec = App(title=allocation.title, location=library.location, licences=max(mine.needed, 0), buy=mine.short, instead=instead)
    return Declared(spec, allocation.declared.source, allocation.declared.origin, MARK)


def _elsewhere(allocation: Allocation, balances: Mapping[str, Balance], libraries: Mapping[str, Library]) -> str:
    """Other locations with idle licences of the same app."""
    same = allocation.name.removeprefix(f"{allocation.token}.")
    offers = []
    for token, library in sorted(libraries.items()):
        found = balances.get(f"{token}.{same}")
        owned = library.owned.get(f"{token}.{same}")
        idle = found.idle if found else owned.total - owned.assigned if owned and not owned.unlimited else 0
        if token != allocation.token and idle > 0:
            offers.append(f"{library.location} has {idle:,} idle")
    return f"Or transfer licences in the portal: {', '.join(offers)}." if offers else NO_OFFER


def _keep_users(work: _Work, recorded: Collection[str]) -> None:
    """People who are still in the roster stay users: without any licence that harms nobody, and ending it may take books away."""
    for name in recorded:
        token, _, person = name.rpartition(".")
        library = work.observed.libraries.get(token)
        if name not in work.done.items[USER] and person in work.people.everybody and library and person in library.users:
            work.done.users_kept.add(name)
