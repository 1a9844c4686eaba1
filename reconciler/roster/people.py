"""What Apple asks of people and classes beyond single values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from reconciler.diagnostic import Severity
from reconciler.roster.layout import MOST_INSTRUCTORS, PEOPLE, repeated
from reconciler.roster.part import Part, Roster
from reconciler.roster.report import Report, always, shown, who


@dataclass(frozen=True, slots=True)
class Terms:
    """What the organization has set in the portal, as far as it decides what an upload must hold.

    `account_format`: the columns that Managed Apple Account names are made of. `federated_domains`: in lower case.
    `primary_location`: the id of the location that Apple made when the organization signed up.
    """

    account_format: tuple[str, ...] = ()
    federated_domains: frozenset[str] = frozenset()
    primary_location: str = ""


def check_people(roster: Roster, terms: Terms, report: Report) -> None:
    """Account names, federation, the primary location, and who teaches."""
    for layout in PEOPLE:
        for part in roster.of(layout.name):
            _accounts(part, terms, report)
            _primary(part, terms, report)
            if terms.federated_domains:
                _mailless(part, report)
    if terms.federated_domains:
        _mail_twice(roster, terms, report)
    for part in roster.of("classes"):
        _instructors(part, report)


def _accounts(part: Part, terms: Terms, report: Report) -> None:
    """Elements of the account's format that are blank. A federated account is named after its e-mail address instead."""
    named = [not _federated(mail, terms) for mail in part.column("email_address")]
    for column in terms.account_format:
        rows = [row for row, (value, asked) in enumerate(zip(part.column(column), named, strict=True)) if asked and not value]
        report.rows(
            part,
            column,
            rows,
            partial(_blank, part, column),
            "Apple would refuse the person with MANAGED_ID_GENERATION_FAILED: fill it in, or change roster.account_format.",
        )


def _blank(part: Part, column: str, row: int) -> str:
    return f"{part.called(column)} of {who(part.keys[row])} is blank, but account names are made of it."


def _federated(mail: str, terms: Terms) -> bool:
    return mail.rpartition("@")[2].lower() in terms.federated_domains if mail else False


def _primary(part: Part, terms: Terms, report: Report) -> None:
    if not terms.primary_location:
        return
    for column in part.repeated("location_id"):
        values = part.column(column)
        rows = [row for row, value in enumerate(values) if value == terms.primary_location]
        message = f"{part.called(column)} {shown(terms.primary_location)} is the primary location, where Apple creates nobody by upload."
        report.rows(part, column, rows, always(message), "Declare a further location and use that one.")


def _mailless(part: Part, report: Report) -> None:
    keys = part.keys
    rows = [row for row, mail in enumerate(part.column("email_address")) if not mail]
    hint = "With federated sign-in Apple requires an e-mail address of everybody."
    report.rows(part, "email_address", rows, lambda row: f"{part.called('email_address')} of {who(keys[row])} is blank.", hint)


def _mails(roster: Roster) -> Iterator[tuple[Part, int, str]]:
    for layout in PEOPLE:
        for part in roster.of(layout.name):
            for row, mail in enumerate(part.column("email_address")):
                yield part, row, mail.lower()


def _mail_twice(roster: Roster, terms: Terms, report: Report) -> None:
    first: dict[str, tuple[Part, int]] = {}
    owners: dict[int, tuple[Part, dict[int, tuple[Part, int]]]] = {}
    for part, row, mail in _mails(roster):
        if _federated(mail, terms) and first.setdefault(mail, (part, row)) != (part, row):
            owners.setdefault(id(part), (part, {}))[1][row] = first[mail]
    for part, found in owners.values():
        report.rows(
            part,
            "email_address",
            list(found),
            partial(_same_mail, part, found),
            "In a federated domain the address is the account: it belongs to one person.",
        )


def _same_mail(part: Part, found: Mapping[int, tuple[Part, int]], row: int) -> str:
    owner, at = found[row]
    place = owner.place(at, "email_address")
    return f"{part.called('email_address')} of {who(part.keys[row])} is also that of {who(owner.keys[at])} ({place})."


def _instructors(part: Part, report: Report) -> None:
    columns = part.repeated("instructor_id")
    beyond = [name for name in part.columns if part.layout.base(name) == "instructor_id" and name not in _ALLOWED]
    keys = part.keys
    for column in beyond[:1]:
        rows = [row for row, value in enumerate(part.column(column)) if value]
        report.rows(
            part,
            column,
            rows,
            lambda row: f"class {shown(keys[row])} has more than {MOST_INSTRUCTORS} instructors.",
            "Apple drops those after the fifteenth without a word.",
        )
    _named_twice(part, columns, report)
    taught = [any(values) for values in zip(*(part.column(name) for name in columns), strict=True)] if columns else [False] * part.count
    rows = [row for row, known in enumerate(taught) if not known]
    hint = "Nobody sees it in Schoolwork or Classroom until it has one."
    report.rows(part, "class_id", rows, lambda row: f"class {shown(keys[row])} has no instructor.", hint, Severity.WARNING)


def _named_twice(part: Part, columns: Sequence[str], report: Report) -> None:
    keys = part.keys
    everyone = list(zip(*(part.column(name) for name in columns), strict=True))
    rows = [row for row, values in enumerate(everyone) if len(set(values) - {""}) < sum(map(bool, values))]
    message = "class {} names an instructor twice."
    report.rows(part, "class_id", rows, lambda row: message.format(shown(keys[row])), "Once is enough.", Severity.WARNING)


_ALLOWED: Sequence[str] = repeated("instructor_id", MOST_INSTRUCTORS)
