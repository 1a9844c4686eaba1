"""Which addresses there are, and which methods each one takes; all but the one that opens a session need one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.simulator.answers import Answer
from providers.simulator.call import Call
from providers.simulator.enrolment import account, devices
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


ROUTES: Mapping[str, Endpoint] = {
    "/session": Endpoint({"GET": Handler("session", session)}),
    "/account": Endpoint({"GET": _visit("account", account.account)}),
    "/server/devices": Endpoint({"POST": _visit("fetch", devices.fetch)}),
    "/devices/sync": Endpoint({"POST": _visit("sync", devices.sync)}),
    "/devices": Endpoint({"POST": _visit("details", devices.details)}),
}
