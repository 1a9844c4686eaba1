"""Runs calls: tokens, the rate budget, pauses, retries, error words and journal notes, all in one place.

What may be sent twice (Apple knows no idempotency key, so a POST that was taken must never be repeated):

    reads    anything that may pass: network errors, 5xx (after the pause that it asks for), pages of HTML, truncated JSON
    writes   only after a definite "not done": a refused token (once, with a new one), 429, and no connection at all
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import tenacity

from providers.wire.authority import Authority
from providers.wire.budget import Budget
from providers.wire.exchange import Exchange, NotSent, Passing
from providers.wire.message import Call, Got, Pause, Request, Response, T, Together, Wanted
from providers.wire.retry_after import pause
from providers.wire.words import Fault, Refused, documented, faults, listed
from reconciler.clock import Clock
from reconciler.errors import ProviderError, RateLimited, Unauthorized, Unclear
from reconciler.provider import Note, Notice, Report

ATTEMPTS = 5
FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Manners:
    """How to behave towards one host, and what its errors mean.

    `patience`: the longest wait in seconds for a 429; `host`: what people call the other side; `headers`: what every request has;
    `codes`: what a code of the channel means and what to do about it, as two sentences; `hints`: what to do, by status; `shut_out`: the
    codes that say that the credential no longer counts, whatever status they come with; `credential`: its place under `connections`.
    """

    host: str
    base_url: str
    patience: float
    headers: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    hints: Mapping[int, str] = field(default_factory=lambda: HINTS)
    shut_out: frozenset[str] = frozenset()
    credential: str = ""


def _silent(event: str, **facts: str) -> None:
    """Reads are not journaled."""


def _unseen(notice: Notice) -> None:
    """Nobody watches."""


class Driver:
    """Runs the calls of one channel, over one connection pool that is made at the first request.

    One request at a time, but for reads that a call wants together: there only the sending is at once, and all else one after the other.

    `spent` counts the API's requests so far by sort ("reads", "writes"), repeated ones included.
    """

    def __init__(self, manners: Manners, authority: Authority, budget: Budget, clock: Clock, transport: httpx.BaseTransport | None) -> None:
        self.spent = {"reads": 0, "writes": 0}
        self._manners = manners
        self._authority = authority
        self._budget = budget
        self._clock = clock
        self._exchange = Exchange(manners.base_url, manners.headers, transport)
        self._report: Report = _unseen

    def run(self, call: Call[T], report: Report, note: Note = _silent) -> T:
        """Run a call to its end and return what it returns.

        `note` journals writes: "sending" is on disk before anything leaves, "refused" after a definite no. Errors are thrown into the
        call first, so that it may live without an answer. Raises Unauthorized, RateLimited, Unclear, Refused, ProviderError.
        """
        self._report = report
        try:
            return self._run(call, note)
        finally:
            self._budget.keep()

    def sign_in(self, report: Report) -> None:
        """Have a token, asked for unless one is in hand: no request of the API. Raises as `run` does."""
        self.run(self._authority.token(), report)

    def close(self) -> None:
        """Give the connections back. Idempotent."""
        self._exchange.close()

    def _run(self, call: Call[T], note: Note) -> T:
        step: Callable[[], Wanted] = lambda: next(call)  # noqa: E731 - the first of the three ways to go on
        while True:
            try:
                wanted = step()
            except StopIteration as end:
                value: T = end.value
                return value
            try:
                response = self._serve(wanted, note)
            except ProviderError as error:
                step = _thrower(call, error)
            else:
                step = _sender(call, response)

    def _serve(self, wanted: Wanted, note: Note) -> Got:
        if isinstance(wanted, Pause):
            self._rest(wanted.seconds, wanted.why)
            return None
        if isinstance(wanted, Together):
            return tuple(self._together(wanted.requests))
        return self._send(wanted, note) if wanted.writes else self._read(wanted)

    def _rest(self, seconds: float, why: str) -> None:
        self._budget.keep()
        self._report(Notice(why, wait=seconds, budget=self._budget.allowances()))
        self._clock.sleep(seconds)

    def _tell_budget(self) -> None:
        self._report(Notice(budget=self._budget.allowances()))

    def _read(self, request: Request) -> Response:
        try:
            return self._patiently(request, Passing)(self._attempt, request, _silent)
        except Passing as problem:
            said = f"{request.title}: {self._manners.host} {problem.words}, {ATTEMPTS} times in a row."
            raise ProviderError(said, "Try again later.") from None

    def _together(self, requests: Sequence[Request]) -> Iterator[Response | ProviderError]:
        """Several reads, as many at once as the budget has room for."""
        rest = deque(requests)
        while rest:
            headers = self._authority.headers(self._run(self._authority.token(), _silent))
            paid = self._afford(rest)
            answers = self._exchange.send_all(paid, headers)
            self._budget.windows["reads"].answered(len(paid))
            self._tell_budget()
            yield from map(self._answered, paid, answers)

    def _afford(self, rest: deque[Request]) -> list[Request]:
        """Take the next request, waiting for room, and those behind it that can leave in the same moment."""
        paid = [rest.popleft()]
        self._pay(paid[0])
        while rest and not self._budget.windows["reads"].take():
            self.spent["reads"] += 1
            paid.append(rest.popleft())
        return paid

    def _answered(self, request: Request, answer: httpx.Response | Passing) -> Response | ProviderError:
        """What came of one of several reads; one without a definite answer is read again by itself."""
        try:
            if isinstance(answer, httpx.Response) and (answer.is_success or answer.status_code in _DEFINITE):
                with suppress(Passing):
                    return self._judge(request, answer, _silent)
            return self._read(request)
        except ProviderError as error:
            return error

    def _send(self, request: Request, note: Note) -> Response:
        try:
            return self._patiently(request, NotSent)(self._attempt, request, note)
        except NotSent as problem:
            raise ProviderError(f"{request.title}: {problem.words}. Nothing was sent.", "Check the network and try again.") from None
        except Passing as problem:
            hint = "It is not sent again before it is known what became of it."
            raise Unclear(f"{request.title}: sent, and then {self._manners.host} {problem.words}.", hint) from None

    def _patiently(self, request: Request, passing: type[Exception]) -> tenacity.Retrying:
        why = f"{request.title}: no usable answer yet, trying again"
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(passing),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_exponential(FIRST_WAIT, LONGEST_WAIT),
            sleep=lambda seconds: self._rest(seconds, why),
            reraise=True,
        )

    def _attempt(self, request: Request, note: Note) -> Response:
        """Until there is an answer that neither asks for a pause nor refuses the token for the first time."""
        waited, renewed = 0.0, False
        while True:
            answer = self._once(request, note)
            status = answer.status_code
            if status == httpx.codes.TOO_MANY_REQUESTS or (_closed(answer) and not request.writes):
                _refused(request, note, f"{status}: a pause was asked for")
                waited = self._keep_away(request, answer, waited)
            elif request.api and not renewed and not answer.is_success and self._authority.rejects(status, faults(answer.content)):
                _refused(request, note, f"{status}: the token was not accepted")
                self._authority.forget()
                renewed = True
            else:
                return self._judge(request, answer, note)

    def _once(self, request: Request, note: Note) -> httpx.Response:
        token = self._run(self._authority.token(), _silent) if request.api else ""
        window = self._pay(request)
        if request.writes:
            self._budget.keep()
            note("sending", request=request.title)
        try:
            answer = self._exchange.send(request, self._authority.headers(token) if request.api else {})
        except NotSent as problem:
            _refused(request, note, problem.words)
            raise
        finally:
            if window:
                self._budget.windows[window].answered()
                self._tell_budget()
        if request.api:
            self._authority.adopt(answer.headers)
        return answer

    def _pay(self, request: Request) -> str:
        """Take the request from the budget, waiting for room. Returns the sort it was taken from; empty if it is free."""
        if not request.api:
            return ""
        sort = "writes" if request.writes else "reads"
        window = self._budget.windows[sort]
        while wait := window.take():
            self._rest(wait, f"{request.title}: waiting for the budget of {window.limit.words}")
        self.spent[sort] += 1
        return sort

    def _keep_away(self, request: Request, answer: httpx.Response, waited: float) -> float:
        # A pause of 0 that is answered with 429 again and again would be a storm: each one is longer than all before it together.
        wanted = max(pause(answer.headers.get("Retry-After"), self._clock.now()), 1.0, min(waited, LONGEST_WAIT))
        if waited + wanted > self._manners.patience:
            minutes = max(round((waited + wanted) / 60), 1)
            why = "is closed for the moment" if _closed(answer) else "says that its limit of requests is reached"
            raise RateLimited(
                f"{request.title}: {self._manners.host} {why} and wants a pause of {minutes:,} min.",
                "Something else (an MDM, another integration) may be using the same limit. Run again after that, or raise patience.",
            )
        self._rest(wanted, f"{request.title}: {self._manners.host} asks for a pause")
        return waited + wanted

    def _judge(self, request: Request, answer: httpx.Response, note: Note) -> Response:
        status = answer.status_code
        if answer.is_success or status in request.accepts:
            response = self._exchange.decoded(request, answer)
            found = documented(response.document) if answer.is_success else ()
            if not found:  # Apps and Books was seen to refuse a token with 200
                return response
        elif not answer.is_client_error or status == httpx.codes.REQUEST_TIMEOUT:
            raise Passing(f"answered with an error of its own ({status})")
        else:
            found = faults(answer.content)
        _refused(request, note, f"{status}: {listed(found) or 'no reason given'}")
        raise self._refusal(request, status, found)

    def _refusal(self, request: Request, status: int, found: tuple[Fault, ...]) -> ProviderError:
        for code, (meaning, hint) in self._manners.codes.items():
            if any(code in fault.code for fault in found):
                said, ended = f"{request.title}: {meaning} ({code}).", code in self._manners.shut_out
                if ended or status in _NOT_LET_IN:
                    return Unauthorized(said, hint, self._manners.credential if ended else "")
                return Refused(said, hint, status, found)
        said = f"{self._manners.host} says: {listed(found)}" if found else f"{self._manners.host} answered {status} and gave no reason"
        if status == httpx.codes.UNAUTHORIZED:
            return Unauthorized(f"{request.title}: the sign-in was not accepted. {said}.", self._manners.hints[status])
        return Refused(f"{request.title}: {said}.", self._manners.hints.get(status, "Nothing was changed by this request."), status, found)


_DEFINITE = (httpx.codes.BAD_REQUEST, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND, httpx.codes.GONE)
"""Refusals that neither a pause nor another token would change."""
_NOT_LET_IN = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
HINTS: Mapping[int, str] = {
    httpx.codes.UNAUTHORIZED: "Check client_id, key_id and private_key.",
    httpx.codes.FORBIDDEN: "The API account may not do this: look at its role in the portal, under Preferences, API.",
    httpx.codes.NOT_ACCEPTABLE: "Something between this machine and the service may be changing requests (a proxy or filter).",
}


def _refused(request: Request, note: Note, reason: str) -> None:
    if request.writes:
        note("refused", reason=reason)


def _closed(answer: httpx.Response) -> bool:
    """Whether the channel says that it is away for a while, and how long."""
    return answer.is_server_error and "Retry-After" in answer.headers


def _thrower(call: Call[T], error: ProviderError) -> Callable[[], Wanted]:
    return lambda: call.throw(error)


def _sender(call: Call[T], response: Got) -> Callable[[], Wanted]:
    return lambda: call.send(response)
