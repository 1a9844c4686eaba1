"""How Apple's quirks are switched on and off: values are words or numbers, faults may strike the k-th request of a sort.

A strike is `[sort:]k`, `[sort:]k-m` or `[sort:]*`, written behind a value: `after@post:1`, `503@get:2-4`, `429@1`. It counts
from the moment the switch is set. Sorts: `any` (every API request), `get`, `post`, `devices`, `device`, `services`, `service`,
`linkages`, `assigned`, `activities` (the POST), `activity` (the poll); `token`, `log`, `upload` (a zip that arrives)
and `roster` (the Roster API) are no requests of that API and are named by themselves. `enrolment` is every request to the device
enrolment service, which has a sort for each of its addresses, too; `apps` is every request to Apps and Books (see apps/switches.py).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from providers.simulator.store import Store
from reconciler.errors import ReconcilerError

SORTS = (
    "any",
    "get",
    "post",
    "devices",
    "device",
    "services",
    "service",
    "linkages",
    "assigned",
    "activities",
    "activity",
    "token",
    "log",
    "upload",
    "roster",
    *("enrolment", "session", "account", "fetch", "sync", "details", "define", "profile", "assign", "clear", "disown", "lock"),
    *("discovery", "replacement", "beta", "mdmroster"),
    *("apps", "appsget", "appspost", "appsassets", "appsassignments", "appsusers", "appsmanage", "appspeople", "appsstatus", "appsconfig"),
)
NUMBER = "<number>"
_STRIKE = re.compile(r"(?:(?P<sort>[a-z]+):)?(?:(?P<first>[1-9]\d*)(?:-(?P<last>[1-9]\d*))?|\*)")
_NUMBER = re.compile(r"\d+(\.\d+)?")


class UnknownSwitch(ReconcilerError, ValueError):
    """A switch or a value that the simulator does not have; the hint names what it has."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One quirk: the values it takes (`<number>`: any number), the value of a fresh organization, what it does, who says so.

    `sort` is set where a value may be followed by `@strike`: the sort of request that a bare `@3` counts.
    """

    name: str
    values: tuple[str, ...]
    default: str
    explains: str
    page: str
    sort: str = ""

    def check(self, value: str) -> None:
        """Raise UnknownSwitch unless `value` is one that this switch takes."""
        word, at, strike = value.partition("@")
        if not (word in self.values or (NUMBER in self.values and _NUMBER.fullmatch(word))):
            raise UnknownSwitch(f'The switch {self.name} does not know "{value}".', _offer(word, self.values))
        if at and not self.sort:
            raise UnknownSwitch(f"The switch {self.name} takes no @strike: it holds for every request.", f"Write {word}.")
        if at:
            _check_strike(self, strike)


def one(name: str, values: str, explains: str, page: str, *, default: str = "", sort: str = "") -> Switch:
    """A switch whose `values` are separated by spaces; the first one is the default unless `default` says otherwise."""
    words = tuple(values.split())
    return Switch(name, words, default or words[0], explains, page, sort)


def _check_strike(switch: Switch, strike: str) -> None:
    found = _STRIKE.fullmatch(strike)
    if not found or (found["sort"] or switch.sort) not in SORTS:
        advice = f"Write for example post:1, get:2-4 or *. Sorts: {', '.join(SORTS)}."
        raise UnknownSwitch(f'"{strike}" does not say which requests {switch.name} should strike.', advice)


def _offer(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    listed = f"Known: {', '.join(known)}."
    return f'Did you mean "{near[0]}"? {listed}' if near else listed


@dataclass(frozen=True, slots=True)
class Setting:
    """A switch as it is set now; `since` holds the counts of requests by sort when it was set."""

    switch: Switch
    value: str
    since: Mapping[str, int]

    @property
    def word(self) -> str:
        """The value without its strike."""
        return self.value.partition("@")[0]

    def strikes(self, seen: Mapping[str, int]) -> bool:
        """Whether it holds for a request; `seen` maps each sort of that request to how many there were, itself included."""
        _, at, strike = self.value.partition("@")
        found = _STRIKE.fullmatch(strike) if at else None
        if found is None:
            return True
        sort = found["sort"] or self.switch.sort
        if sort not in seen:
            return False
        if found["first"] is None:
            return True
        nth = seen[sort] - self.since.get(sort, 0)
        return int(found["first"]) <= nth <= int(found["last"] or found["first"])


class Switches:
    """Every switch of one organization, kept in its file."""

    def __init__(self, store: Store, known: Mapping[str, Switch]) -> None:
        self._store = store
        self._known = known
        self._defaults = {name: Setting(switch, switch.default, {}) for name, switch in known.items()}

    def get(self, name: str) -> str:
        """The value now; UnknownSwitch if there is no such switch."""
        self._switch(name)
        return self.settings()[name].value

    def set(self, name: str, value: str | float) -> None:
        """Set one switch; UnknownSwitch for a name or a value that does not exist.

        Strikes count from here on. Setting the value that is set already changes nothing, so that a configuration may say so
        on every run without striking again; `reset` first to count anew.
        """
        switch = self._switch(name)
        text = str(value)
        switch.check(text)
        with self._store.transaction():
            if self.changed().get(name) == text:
                return
            since = orjson.dumps(dict(self._store.rows("SELECT what, n FROM counts WHERE sort = 'sort'"))).decode()
            self._store.rows("INSERT OR REPLACE INTO switches VALUES (?, ?, ?)", name, text, since)

    def reset(self, *names: str) -> None:
        """These switches (without names: all) back to their defaults."""
        with self._store.transaction():
            self._store.many("DELETE FROM switches WHERE name = ?", [(name,) for name in names or self.changed()])

    def changed(self) -> dict[str, str]:
        """The switches that were set, with their values."""
        return dict(self._store.rows("SELECT name, value FROM switches ORDER BY name"))

    def settings(self) -> dict[str, Setting]:
        """All of them, as one request sees them."""
        now = dict(self._defaults)
        for name, value, since in self._store.rows("SELECT name, value, since FROM switches"):
            if name in now:  # a file made by another version may hold a switch that is gone
                now[name] = Setting(self._known[name], value, orjson.loads(since))
        return now

    def _switch(self, name: str) -> Switch:
        if name not in self._known:
            raise UnknownSwitch(f'The simulator has no switch "{name}".', _offer(name, tuple(self._known)))
        return self._known[name]
