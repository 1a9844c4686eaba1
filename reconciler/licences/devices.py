"""Which devices an allocation means, now that the live organization is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from reconciler.licences.allocation import DeviceChoice, Test
from reconciler.observed import Observed
from reconciler.resource import Declared

ASSIGNMENT = "device_assignment"


class Devices:
    """The organization's devices. `wanted`: what is declared of each, rules included.

    What two allocations ask alike is looked up once: a district gives hundreds of apps to the same devices.
    """

    def __init__(self, wanted: Mapping[str, Declared], observed: Observed) -> None:
        self._wanted = wanted
        self._assigned = observed.items.get(ASSIGNMENT, {})
        self._traits = observed.present.get(ASSIGNMENT)
        self._by: dict[str, dict[str, list[str]]] = {}
        self._asked: dict[DeviceChoice, Collection[str]] = {}

    def gone(self, serial: str) -> bool:
        """Whether the organization does not have a device any more. Where the list of devices was not read, nobody knows."""
        return self._traits is not None and serial not in self._traits and serial not in self._assigned

    def chosen(self, choice: DeviceChoice) -> Collection[str]:
        """Every device that is meant and there, in a table that is quick to look into."""
        found = self._once(DeviceChoice((), choice.assignments, choice.servers, choice.tests)) if choice.asks else {}
        if not any(choice.listed):
            return found
        listed = self._once(DeviceChoice(choice.listed))
        return {*found, *listed} if choice.asks else listed

    def _once(self, choice: DeviceChoice) -> Collection[str]:
        if choice not in self._asked:
            self._asked[choice] = self._answer(choice) if choice.asks else self._there(chain.from_iterable(choice.listed))
        return self._asked[choice]

    def _there(self, serials: chain[str]) -> dict[str, None]:
        named = dict.fromkeys(serials)
        if self._traits is None:
            return named
        return {serial: None for serial in named if serial in self._traits or serial in self._assigned}

    def _answer(self, choice: DeviceChoice) -> Collection[str]:
        parts: list[set[str]] = []
        if choice.assignments is not None:
            parts.append(self._of("origin", choice.assignments))
        if choice.servers is not None:
            parts.append(self._of("server", choice.servers))
        if choice.tests is not None:
            parts.append(self._like(choice.tests))
        return set.intersection(*parts)

    def _of(self, what: str, keys: Collection[str]) -> set[str]:
        if what not in self._by:
            self._by[what] = self._grouped(what)
        return set(self._there(chain.from_iterable(self._by[what].get(key, ()) for key in keys)))

    def _grouped(self, what: str) -> dict[str, list[str]]:
        """Serials by the entry that declares them, or by the service that they are on once this plan has landed."""
        groups: dict[str, list[str]] = defaultdict(list)
        for serial, declared in self._wanted.items():
            groups[declared.origin if what == "origin" else str(getattr(declared.spec, "server", ""))].append(serial)
        if what == "server":
            for serial, seen in self._assigned.items():
                if serial not in self._wanted:
                    groups[str(getattr(seen.spec, "server", ""))].append(serial)
        return groups

    def _like(self, tests: Sequence[Test]) -> set[str]:
        """Equal traits are one object, so each is judged once."""
        traits = self._traits or {}
        answers = {id(each): all(test(each[index]) for index, test in tests) for each in {id(t): t for t in traits.values()}.values()}
        return {serial for serial, each in traits.items() if answers[id(each)]}
