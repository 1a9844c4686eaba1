"""`reconciler renewals`."""

from __future__ import annotations

import os
from pathlib import Path

import click
import orjson

from reconciler.cli.log import listener
from reconciler.cli.options import folder as folder_argument
from reconciler.cli.progress import progress
from reconciler.errors import CHANGES_PENDING, ReconcilerError
from reconciler.kinds.renewals import State
from reconciler.provider import SignsIn
from reconciler.render import renewals as render
from reconciler.renewals.due import WARN_AT, Renewals
from reconciler.renewals.proof import proven
from reconciler.session import Session, connect


@click.command(name="renewals")
@folder_argument
@click.option("--json", "form", flag_value="json", help="Print them as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Print them as Markdown, with boxes to tick, for an issue.")
@click.option("--ics", type=click.Path(path_type=Path, dir_okay=False), help="Write a calendar with alarms 60, 30 and 7 days before.")
@click.option("--check", is_flag=True, help="Answer with the exit code, for CI.")
@click.option("--within", type=click.IntRange(0), default=WARN_AT[0], show_default=True, metavar="DAYS", help="What --check calls due.")
@click.option("--offline", is_flag=True, help="Do not sign in: a token that was revoked before its day is then not found out.")
def command(folder: Path, form: str | None, ics: Path | None, check: bool, within: int, offline: bool) -> int:
    """List what expires, who renews it and how. The soonest comes first; each token and key of the connections is there by itself.

    Signs in once with each of them, since a changed password or a click in the portal ends one long before its day. Changes nothing.
    A renewal is done when the day in its file has moved; where a day is declared, when that has been edited.

    Exit code: 0; with --check 0 nothing ends within DAYS, 2 something does, 1 something is over, revoked, or cannot be told.
    """
    with progress() as report, connect(folder, os.environ) as session:
        found = session.renewals()
        if not offline and isinstance(session.provider, SignsIn):
            found = proven(found, session.provider, report)
        if ics is not None:
            _write(found, session, ics)
    click.echo(_rendered(found, form))
    return exit_code(found, within) if check else 0


def _rendered(found: Renewals, form: str | None) -> str | bytes:
    match form:
        case "json":
            return orjson.dumps(render.document(found), option=orjson.OPT_INDENT_2)
        case "markdown":
            return render.markdown(found).encode()
    return render.text(found)


def _write(found: Renewals, session: Session, path: Path) -> None:
    from reconciler.renewals.calendar import to_calendar  # 110 ms of icalendar that only --ics needs to pay

    organization = session.configuration.settings.organization.name
    content = to_calendar(found.items, organization, session.provider.clock.now())
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ReconcilerError(f"The calendar could not be written to {path}: {error.strerror}.", "Choose another place.") from error
    undated = sum(due.ends is None for due in found.items)
    rest = f" {undated} without a date are left out." if undated else ""
    listener().message(f"Written to {path}; any calendar imports it, or subscribes to it.{rest}")


def exit_code(found: Renewals, within: int) -> int:
    """What --check tells the shell."""
    if any(due.trouble or due.state in (State.REVOKED, State.EXPIRED, State.UNREADABLE) for due in found.items):
        return ReconcilerError.exit_code
    return CHANGES_PENDING if any(due.days is not None and due.days <= within for due in found.items) else 0
