"""Errors by number, with the status that each comes with: App, Book, and Subscription Management, "Handling Error Responses"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.simulator.answers import Answer
from providers.simulator.call import Call
from providers.simulator.limits import retry_after

NUMBERS: Mapping[int, tuple[int, str]] = {
    9601: (401, "Login required."),
    9602: (400, "Invalid argument."),
    9603: (500, "Internal error."),
    9609: (400, "Registered user not found."),
    9610: (400, "License not found."),
    9616: (400, "License already assigned."),
    9621: (401, "Expired sToken."),
    9622: (401, "Invalid authentication token."),
    9625: (401, "The server has revoked the sToken."),
    9634: (410, "The service is gone."),
    9635: (400, "The user can't be linked to the Apple Account."),
    9637: (403, "Not allowed for this account."),
    9641: (400, "The Apple Account is already linked to another user."),
    9644: (503, "The service is in maintenance."),
    9646: (429, "Too many requests."),
    9647: (403, "This kind of token isn't supported."),
    9650: (400, "The page index is out of range."),
    9700: (400, "The number of assets exceeds maxAssets."),
    9701: (400, "The number of client user ids exceeds the limit."),
    9702: (400, "The number of serial numbers exceeds the limit."),
    9703: (400, "The request has duplicate assets."),
    9704: (400, "The request has duplicate client user ids."),
    9705: (400, "The request has duplicate serial numbers."),
    9706: (400, "The asset isn't revocable."),
    9707: (400, "The asset isn't device assignable."),
    9708: (400, "The event id is unknown."),
    9709: (400, "Not enough licenses."),
    9710: (400, "A notification URL needs a notification token, and the other way round."),
    9711: (400, "The notification URL or token is too long."),
    9712: (400, "The notification URL must be valid https."),
    9713: (400, "The MDM metadata is too long."),
    9714: (400, "The number of users exceeds maxUsers."),
    9715: (400, "The request has duplicate users."),
    9716: (400, "An active user with this client user id exists."),
    9717: (400, "The email address isn't valid."),
    9718: (400, "The request has no assets."),
    9719: (400, "The request has neither client user ids nor serial numbers."),
    9720: (400, "The request has no users."),
    9721: (400, "The version id isn't valid."),
    9722: (401, "The Authorization header is malformed."),
    9723: (400, "The MDM info needs id, name and metadata."),
    9724: (400, "The MDM id is too long."),
    9725: (400, "The MDM name is too long."),
    9726: (405, "The HTTP method isn't allowed."),
    9727: (415, "The content type must be application/json."),
    9728: (400, "The notification URL can't be reached."),
    9729: (503, "The service is temporarily unavailable."),
}
PAUSE = 120.0
"""Seconds that Apple's sample of a 5xx asks for."""
RATE_PAUSE = 5.0


class Refusal(Exception):
    """A request is refused, and nothing was begun. `info` names the assets, users or serial numbers that are meant."""

    def __init__(self, number: int, info: Mapping[str, Any] | None = None, *, status: int = 0) -> None:
        super().__init__(str(number))
        self.number = number
        self.info = info
        self.status = status or NUMBERS[number][0]


def entry(number: int, info: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An ErrorResponse."""
    told: dict[str, Any] = {"errorNumber": number, "errorMessage": NUMBERS[number][1]}
    return told | {"errorInfo": info} if info else told


def answer(call: Call, refusal: Refusal) -> Answer:
    """A refusal as an answer, with the Retry-After that its status has."""
    headers: dict[str, str] = {}
    if refusal.status == 429:
        headers = retry_after(call, RATE_PAUSE, "apps_retry_after")
    elif refusal.status >= 500:
        headers = retry_after(call, PAUSE, "apps_error_retry_after")
    return Answer(entry(refusal.number, refusal.info), refusal.status, headers=headers)


def unexpected(call: Call, status: int) -> Answer:
    """A 5xx of the switch server_error in this door's words."""
    return answer(call, Refusal(9729 if status == 503 else 9603, status=status))
