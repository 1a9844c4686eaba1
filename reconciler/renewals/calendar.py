"""Renewals as a calendar (RFC 5545): a day for each, with alarms before it, that another run moves instead of doubling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Alarm, Calendar, Event

from reconciler.renewals.due import WARN_AT, Due


def to_calendar(items: Sequence[Due], organization: str, now: datetime) -> bytes:
    """The file; what has no date is left out.

    An event keeps its UID when its day moves, and its SEQUENCE grows with the day, so that calendars replace what they have.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//reconciler//renewals//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Renewals of {organization}")
    for due in items:
        if due.ends is not None:
            calendar.add_component(_event(due, due.ends, organization, now))
    content: bytes = calendar.to_ical()
    return content


def _event(due: Due, day: date, organization: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE_URL, f"reconciler:renewal:{organization}:{due.place or due.name}")))
    event.add("dtstamp", now)
    event.add("sequence", day.toordinal())
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", f"Ends: {due.title}")
    event.add("description", "\n".join(_lines(due)))
    if due.link:
        event.add("url", due.link)
    for days in WARN_AT:
        event.add_component(_alarm(f"Ends in {days} days: {due.title}", timedelta(days=-days)))
    return event


def _lines(due: Due) -> Sequence[str]:
    who = [f"Owner: {due.owner}" if due.owner else "", f"Account: {due.account}" if due.account else ""]
    steps = [f"{number}. {step}" for number, step in enumerate(due.steps, 1)]
    return [f"When it ends: {due.breaks}.", *filter(None, who), "", *steps]


def _alarm(text: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", before)
    return alarm
