"""The fields that entries and settings are made of: how each reads what a person wrote, and the JSON Schema that judges it alike.

A file reaches the readers as it was written: plain words are `str`, quoted ones `Quoted`, nothing at all is None. So an order number
keeps its leading zero and a serial like 12E45678 never becomes a number. The schema judges the YAML 1.2 core reading of the same file,
in which such words are numbers: it allows numbers wherever text is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import PydanticCustomError, core_schema

from reconciler.kinds.serials import clean_serial, serial_problem
from reconciler.kinds.suggest import did_you_mean, short


class Quoted(str):
    """Text that was written in quotes (or as a block): never a number, a flag or nothing."""

    __slots__ = ()


Json = dict[str, Any]
TRUE = ("true", "True", "TRUE")
FALSE = ("false", "False", "FALSE")
FLAG_WORDS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
DAY_PATTERN = r"^\d{4}-\d\d-\d\d$"
MOMENT_PATTERN = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$"


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """The error of a reader: `message` continues the field's name ("is empty."), `hint` says what to do."""
    return PydanticCustomError("said", "{message}", {"message": message, "hint": hint})


def empty() -> PydanticCustomError:
    """The error of a key with nothing behind it."""
    return wrong("is empty.", "Write a value, or delete the line.")


@dataclass(frozen=True)
class Reader:
    """A field as one function from what was written to its value, and its JSON Schema. Goes into `Annotated`."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any] = field(hash=False)

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Pydantic's hook: the function is the whole validation."""
        del source, handler
        return core_schema.no_info_plain_validator_function(self._read)

    def _read(self, value: object) -> Any:
        if value is None:
            raise empty()
        return self.read(value)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Pydantic's hook."""
        del schema, handler
        return dict(self.schema)


def read_text(value: object) -> str:
    """Any text, numbers included, as it was written; nothing and flags are refused."""
    if not isinstance(value, str):
        raise _not_text(value)
    if type(value) is str and (value in TRUE or value in FALSE):
        raise wrong(f"must be text, and {value} is a flag.", f'Write "{value}" in quotes if the word is meant.')
    if not value.strip():
        raise empty()
    return str(value)


def _not_text(value: object) -> PydanticCustomError:
    return wrong(f"must be text, not {what(value)}.") if value is not None else empty()


def what(value: object) -> str:
    """What a person would call the shape of a value."""
    if isinstance(value, Mapping):
        return "a group of settings"
    if isinstance(value, list | tuple):
        return "a list"
    return short(value)


def read_whole(minimum: int, maximum: int) -> Callable[[Any], int]:
    """A reader of whole numbers within bounds (both inclusive)."""

    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            number = value
        elif type(value) is str and WHOLE.fullmatch(value):
            number = int(value)
        else:
            raise wrong(f"must be a whole number, not {what(value)}.", _number_hint(value))
        if not minimum <= number <= maximum:
            raise wrong(f"must be {minimum:,} to {maximum:,}, not {number:,}.")
        return number

    return read


def _number_hint(value: object) -> str:
    if isinstance(value, Quoted) and WHOLE.fullmatch(value):
        return f"Write {value} without quotes."
    if isinstance(value, str) and WHOLE.fullmatch(re.sub(r"[_, ]", "", value)):
        return "Write digits only."
    return ""


def read_flag(value: object) -> bool:
    """`true` or `false`, and nothing else: YAML's yes, no, on and off mean text since YAML 1.2."""
    if isinstance(value, bool):
        return value
    if type(value) is str and value in TRUE:
        return True
    if type(value) is str and value in FALSE:
        return False
    meant = FLAG_WORDS.get(str(value).lower(), str(value).lower() if isinstance(value, Quoted) else "")
    raise wrong(f"must be true or false, not {what(value)}.", f"Write {meant} without quotes." if meant in ("true", "false") else "")


def read_day(value: object) -> date:
    """A date such as 2026-08-15."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise wrong(f"must be a date such as 2026-08-15, not {what(value)}.")
    if not re.fullmatch(DAY_PATTERN, value):
        raise wrong(
            f"must be a date such as 2026-08-15, not {short(value)}.", "Write year-month-day with two digits each for month and day."
        )
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong(f"is not a day of the calendar: {short(value)}.") from None


def read_moment(value: object, zone: ZoneInfo | None = None) -> datetime:
    """A date with or without a time, as an aware moment in UTC; a time without an offset is local in `zone`, a date is its midnight."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not re.fullmatch(MOMENT_PATTERN, value):
        raise wrong(f"must be a date and time such as 2026-12-15T17:00, not {what(value)}.")
    try:
        moment = datetime.fromisoformat(value)
        local = moment if moment.tzinfo else moment.replace(tzinfo=zone or UTC)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong(f"is not a moment of the calendar: {short(value)}.") from None


@dataclass(frozen=True)
class MomentReader:
    """Reads a moment; the organization's time zone comes with the validation's context."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Pydantic's hook."""
        del source, handler
        return core_schema.with_info_plain_validator_function(self._read)

    @staticmethod
    def _read(value: object, info: ValidationInfo) -> datetime:
        if value is None:
            raise empty()
        return read_moment(value, (info.context or {}).get("zone"))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Pydantic's hook."""
        del schema, handler
        return {"type": "string", "pattern": MOMENT_PATTERN, "examples": ["2026-12-15T17:00", "2026-12-15"]}


def read_serial(value: object) -> str:
    """A device's serial number, in Apple's upper case."""
    serial = clean_serial(read_text(value))
    problem = serial_problem(serial)
    if problem:
        raise wrong(*problem)
    return serial


@dataclass(frozen=True)
class Choice:
    """One of the words of a Literal, exactly as they are written there."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Pydantic's hook: the words are the literal's."""
        del handler
        words: Sequence[str] = get_args(source)

        def read(value: object) -> str:
            if isinstance(value, str) and str(value) in words:
                return str(value)
            if value is None:
                raise empty()
            hint = did_you_mean(value, words) if isinstance(value, str) else ""
            raise wrong(f"must be one of {', '.join(words)}, not {what(value)}.", hint if hint.startswith("Did") else "")

        return core_schema.no_info_plain_validator_function(read, metadata={"words": list(words)})

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Pydantic's hook."""
        del handler
        return {"enum": schema["metadata"]["words"]}


@dataclass(frozen=True)
class OneOrMany:
    """A list, or one value where a list of one is meant. An empty list is refused unless `empty` is allowed."""

    empty: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Pydantic's hook."""
        return core_schema.no_info_before_validator_function(self._many, handler(source))

    def _many(self, value: object) -> object:
        if value is None:
            raise wrong("is empty.", "Write a value or a list, or delete the line.")
        if isinstance(value, list | tuple) and not value and not self.empty:
            raise wrong("is an empty list.", "Write at least one value, or delete the line.")
        return value if isinstance(value, list | tuple) else [value]

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Pydantic's hook."""
        many = _without_null(handler(schema))
        least = {} if self.empty else {"minItems": 1}
        return {"anyOf": [many["items"], {"type": "array", "items": many["items"], **least}]}


@dataclass(frozen=True)
class Filled:
    """Refuses a key that has nothing behind it, where leaving the key out is allowed."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Pydantic's hook."""
        return core_schema.no_info_before_validator_function(self._filled, handler(source))

    @staticmethod
    def _filled(value: object) -> object:
        if value is None:
            raise empty()
        return value

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> Json:
        """Pydantic's hook."""
        return _without_null(handler(schema))


def _without_null(schema: Json) -> Json:
    kept = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return kept[0] if len(kept) == 1 else schema


TEXT = Reader(read_text, {"type": ["string", "number"], "pattern": r"\S"})
FLAG = Reader(read_flag, {"type": "boolean"})
DAY = Reader(read_day, {"type": "string", "format": "date", "pattern": DAY_PATTERN, "examples": ["2026-08-15"]})
MOMENT = MomentReader()
SERIAL_NUMBER = Reader(read_serial, {"type": ["string", "number"], "pattern": r"^\s*'?[A-Za-z0-9]{8,14}\s*$", "examples": ["DMPX4K2Q1"]})


def whole(minimum: int = 0, maximum: int = 1_000_000_000) -> Reader:
    """A whole number within bounds, both inclusive."""
    return Reader(read_whole(minimum, maximum), {"type": "integer", "minimum": minimum, "maximum": maximum})


Text = Annotated[str, TEXT]
Serial = Annotated[str, SERIAL_NUMBER]
Flag = Annotated[bool, FLAG]
Day = Annotated[date, DAY]
Name = Annotated[
    str, Reader(lambda value: read_name(value), {"type": ["string", "number"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"})
]


def read_name(value: object) -> str:
    """The name that an entry goes by in these files: a stable identity, so its characters are plain ones."""
    text = read_text(value)
    if not NAME.fullmatch(text):
        raise wrong(
            f"{short(text)} cannot be a name here.",
            "Use letters, digits, hyphens, dots and underscores, at most 63, a letter or digit first.",
        )
    return text
