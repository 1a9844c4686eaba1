"""Every quirk of the pretend Apple, thrown at plan, apply and plan; and what may never come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson

from providers.simulator import SCHOOL_SWITCHES, Switch
from tests.campaign.scene import INTUNE, JAMF, End, end, landed, steps
from tests.district import District, Ran

NUMBERS: Mapping[str, tuple[str, ...]] = {
    "token_life": ("1", "0"),
    "rate_limit_get": ("1", "4", "0"),
    "rate_limit_post": ("1", "0"),
    "retry_after": ("0", "600", "3600"),
    "slow_answer": ("30", "1200"),
    "cursor_life": ("1",),
    "activity_seconds": ("0", "300", "3600"),
    "partial_failure": ("1", "2"),
    "linkage_lag": ("0", "50"),
    "activity_memory": ("1", "30"),
    "max_devices": ("3",),
}
"""What stands for `<number>`: harmless, annoying, and more than we wait for."""
NEEDS: Mapping[str, Mapping[str, str]] = {
    "server_error_status": {"server_error": "after@post:1"},
    "server_error_body": {"server_error": "after@post:1"},
    "retry_after": {"rate_limited": "always@post:1-2"},
    "too_many_devices": {"max_devices": "3"},
    "next_link": {"next_cursor": "missing"},
    "next_link=missing": {},
    "log": {"partial_failure": "2"},
    "log_preamble": {"partial_failure": "2"},
    "log_words": {"partial_failure": "2"},
    "log_with_bearer": {"partial_failure": "2"},
}
"""Switches, or single values, that are seen only where another one is thrown, too."""
STRIKES: Mapping[str, tuple[str, ...]] = {
    "any": ("post:1", "post:2", "post:*", "get:1", "get:2", "activity:1", "linkages:4", "devices:1"),
    "activities": ("1", "2"),
    "token": ("1", "2"),
    "log": ("1",),
}
"""Which requests a fault strikes, by the sort that the switch counts; without a strike it is every one."""
ALIKE = "html_error_page"
"""Its many values differ in a number only, so one of them at every strike is enough."""


@dataclass(frozen=True)
class Case:
    """One switch with one value. `slow`: one more strike of a fault that strikes elsewhere in the fast suite."""

    switch: str
    value: str
    slow: bool = False

    def __str__(self) -> str:
        return f"{self.switch}={self.value}"

    @property
    def throws(self) -> Mapping[str, str]:
        """The switches that it takes."""
        return {**NEEDS.get(str(self), NEEDS.get(self.switch, {})), self.switch: self.value}


def cases() -> Iterator[Case]:
    """Every switch with each of its values but the default, and every fault also at chosen requests."""
    for switch in SCHOOL_SWITCHES.values():
        for position, value in enumerate(_values(switch)):
            yield Case(switch.name, value)
            for number, strike in enumerate(STRIKES.get(switch.sort, ())):
                if not (number and position and switch.name == ALIKE):
                    yield Case(switch.name, f"{value}@{strike}", slow=number > 0)


def _values(switch: Switch) -> Iterator[str]:
    for value in switch.values:
        if value == "<number>":
            yield from NUMBERS[switch.name]
        elif value != switch.default or switch.name in NEEDS:
            yield value


def expected() -> Mapping[str, tuple[int, ...]]:
    """Case → the exit codes of plan, apply and plan, for those that do not go 2, 0, 0 (changes, all landed, nothing left)."""
    lines = (line.split() for line in (Path(__file__).parent / "codes.txt").read_text().splitlines() if not line.startswith("#"))
    return {case: tuple(map(int, codes)) for case, *codes in lines}


def cycle(district: District, case: Case) -> tuple[int, ...]:
    """Plan, apply, plan while the switch is thrown; the exit codes."""
    district.switch(**case.throws)
    return tuple(spoken(ran) for ran in (district.run("plan"), district.apply(), district.run("plan")))


def spoken(ran: Ran) -> int:
    """The exit code, after seeing that whoever is told of a failure is told in words."""
    assert "Traceback" not in ran.err + ran.out, ran
    assert ran.code in (0, 2) or "Error: " in ran.err or "Done: " in ran.out, ran
    return ran.code


def truthful(district: District) -> None:
    """What the ledger says has landed is really there, and nobody was sent twice."""
    with district.tenant() as tenant:
        devices = tenant.devices()
        ids: dict[str | None, str | None] = {service.name: id_ for id_, service in tenant.services().items()}
    aims = {"assign": ids[JAMF], "migrate": ids[INTUNE], "unassign": None}
    for line in steps(district.folder):
        action = str(line.what["action"])
        for serial in landed(line):
            if action in aims:
                assert devices[serial] == aims[action], f"{serial} is said to have landed by {action}, and has not"
    assert max(sent(district).values(), default=0) <= 1, "a device was sent twice"


def sent(district: District) -> Counter[str]:
    """How many activities ever named each device."""
    with district.tenant() as tenant:
        return Counter(serial for (serials,) in tenant.store.rows("SELECT serials FROM activities") for serial in orjson.loads(serials))


def heals(district: District, wanted: End) -> None:
    """Once Apple behaves again, two days later, the next run brings about what was wanted, and what had landed is not sent again."""
    had_landed = Counter(serial for line in steps(district.folder) for serial in landed(line) if line.what["action"] != "record")
    before = sent(district)
    with district.tenant() as tenant:
        tenant.switches.reset()
        tenant.clock.sleep(timedelta(days=2).total_seconds())
    assert district.apply().code == 0
    assert district.run("plan").code == 0
    arrived(district, wanted)
    assert not (sent(district) - before).keys() & had_landed.keys(), "a device that had landed was sent again"


def arrived(district: District, wanted: End) -> None:
    """Every device is where it was wanted, and recorded so."""
    now = end(district.folder)
    assert now.devices == wanted.devices
    assert now.record["entries"] == wanted.record["entries"]
