"""Which addresses there are, and which methods each one takes; all but the one that opens a session need one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.simulator.answers import Answer
from providers.simulator.call import Call
from providers.simulator.enrolment import account, actions, devices, discovery, profiles, roster
from providers.simulator.enrolment.refusal import Refusal
from providers.simulator.enrolment.session import require_session, require_terms, session
from providers.simulator.enrolment.visit import Visit, body, version


@dataclass(frozen=True, slots=True)
class Handler:
    """What answers one method: the sort that strikes count, and the function."""

    sort: str
    answer: Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address; `there` tells whether the organization serves it."""

    handlers: Mapping[str, Handler]
    there: Callable[[Call], bool] = lambda _: True


def _visit(sort: str, answer: Callable[[Visit], Answer]) -> Handler:
    """A handler that is reached in a session only."""

    def judged(call: Call) -> Answer:
        service, headers = require_session(call)
        try:
            require_terms(call)
            found = answer(Visit(call, service, version(call), body(call)))
        except Refusal as refusal:
            # A rotated session comes with every answer, errors included: who misses one is locked out.
            refusal.headers.update(headers)
            raise
        found.headers.update(headers)
        return found

    return Handler(sort, judged)


def _roster(path: str, kind: roster.Kind) -> dict[str, Endpoint]:
    """A list and its sync. Courses have two addresses, of which the organization may serve one."""

    def there(call: Call) -> bool:
        return kind is not roster.COURSES or path in account.COURSES[call.quirk("mdm_roster_course_path")]

    return {
        path: Endpoint({"POST": _visit("mdmroster", roster.listing(kind))}, there),
        f"{path}/sync": Endpoint({"POST": _visit("mdmroster", roster.sync(kind))}, there),
    }


ROUTES: Mapping[str, Endpoint] = {
    "/session": Endpoint({"GET": Handler("session", session)}),
    "/account": Endpoint({"GET": _visit("account", account.account)}),
    "/server/devices": Endpoint({"POST": _visit("fetch", devices.fetch)}),
    "/devices/sync": Endpoint({"POST": _visit("sync", devices.sync)}),
    "/devices": Endpoint({"POST": _visit("details", devices.details)}),
    "/devices/disown": Endpoint({"POST": _visit("disown", actions.disown)}),
    "/profile": Endpoint({"GET": _visit("profile", profiles.read), "POST": _visit("define", profiles.define)}),
    "/profile/devices": Endpoint(
        # Apple's page says POST; depsim and older clients say PUT, and the live account lists both.
        {"POST": _visit("assign", profiles.assign), "PUT": _visit("assign", profiles.assign), "DELETE": _visit("clear", profiles.clear)}
    ),
    "/device/activationlock": Endpoint({"POST": _visit("lock", actions.lock)}),
    "/device/replacementDetails": Endpoint({"GET": _visit("replacement", actions.replacement)}),
    "/os-beta-enrollment/tokens": Endpoint({"GET": _visit("beta", actions.beta)}),
    "/account-driven-enrollment/profile": Endpoint(
        {
            name: _visit("discovery", answer)
            for name, answer in (("POST", discovery.put), ("GET", discovery.read), ("DELETE", discovery.drop))
        }
    ),
    **_roster("/roster/class", roster.CLASSES),
    **_roster("/roster/class/person", roster.PERSONS),
    **_roster("/roster/class/location", roster.LOCATIONS),
    **_roster("/roster/class/course", roster.COURSES),
    **_roster("/roster/course", roster.COURSES),
}
