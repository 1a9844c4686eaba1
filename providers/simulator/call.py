"""One request as a handler sees it: the organization, the moment, the quirks that strike it, and its judged parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.wrappers import Request

from providers.simulator.answers import ApiError, Refusal
from providers.simulator.store import Store
from providers.simulator.switches import Setting

DEFAULT_LIMIT = 100
MAXIMUM_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """A request in its context. `now` in seconds since 1970; `seen` counts requests by sort, this one included."""

    request: Request
    store: Store
    settings: Mapping[str, Setting]
    seen: Mapping[str, int]
    now: float
    origin: str

    def quirk(self, name: str) -> str:
        """The word that the switch means for this request: its value, or its default if its strike does not hit."""
        setting = self.settings[name]
        return setting.word if setting.strikes(self.seen) else setting.switch.default

    def number(self, name: str) -> float:
        """Likewise for a switch whose values are numbers."""
        return float(self.quirk(name))

    def limit(self) -> int:
        """How many a page may hold; 400 outside 1 to 1000."""
        text = self.request.args.get("limit", str(DEFAULT_LIMIT))
        number = int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 10 else None
        if number is not None and self.quirk("bad_limit") == "clamped":
            return min(max(number, 1), MAXIMUM_LIMIT)
        if number is None or not 1 <= number <= MAXIMUM_LIMIT:
            raise Refusal(bad_parameter("limit", f"'{text}' is not a valid limit: it must be a number from 1 to {MAXIMUM_LIMIT}"))
        return number

    def fields(self, type_: str, allowed: frozenset[str]) -> frozenset[str] | None:
        """The attributes that `fields[type]` keeps; None if it was not given; 400 for a name that the resource does not have."""
        name = f"fields[{type_}]"
        if name not in self.request.args:
            return None
        wanted = [field.strip() for field in self.request.args[name].split(",")]
        unknown = [field for field in wanted if field not in allowed]
        if unknown:
            raise Refusal(*(bad_parameter(name, f"'{field}' is not a valid field name") for field in unknown))
        return frozenset(wanted)

    def only(self, *parameters: str) -> None:
        """Refuse query parameters that the endpoint does not have."""
        unknown = [name for name in self.request.args if name not in parameters]
        if unknown:
            raise Refusal(*(_illegal(name) for name in unknown))


def bad_parameter(name: str, detail: str) -> ApiError:
    """400 for a parameter with a value that it cannot have."""
    return ApiError(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value", detail, parameter=name)


def not_found(type_: str, id_: str) -> Refusal:
    """404 in the words of Apple's own example."""
    detail = f"There is no resource of type '{type_}' with id '{id_}'"
    return Refusal(ApiError(404, "NOT_FOUND", "The specified resource doesn't exist", detail))


def _illegal(name: str) -> ApiError:
    detail = f"The parameter '{name}' can not be used with this request"
    return ApiError(400, "PARAMETER_ERROR.ILLEGAL", "A parameter is not allowed", detail, parameter=name)
