"""The channels: whether each can be opened, reached and signed in to, how its clock goes, and what is left of its budget."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlsplit

from reconciler.connections import AppleSchoolConnection, RosterUploadConnection
from reconciler.desired import Desired
from reconciler.doctor.finding import Finding, Status, looked
from reconciler.load import Configuration
from reconciler.provider import Context, Look, Notice, Provider, SignsIn
from reconciler.session import entry_point
from state.backend import Backend

PATIENCE = 5.0
"""Seconds to wait for a host to answer."""
SKEW = timedelta(seconds=60)
REFUSED = timedelta(minutes=5)
"""Signatures that are so old, or so far ahead, are refused."""
SOON = timedelta(days=30)


def channels(configuration: Configuration, backend: Backend, environment: Mapping[str, str], *, read: bool) -> Iterator[Finding]:
    """Every channel, one after the other. `read`: also read as a plan does, which costs requests."""
    context = Context(configuration.folder, environment, backend.scratch, configuration.settings)
    for name, section in configuration.settings.connections.channels():
        reached = True
        for address, finding in _hosts(name, section):
            yield finding
            reached = reached and finding.status is Status.OK
            if address.startswith("http") and finding.status is Status.OK:
                yield from looked(f"{name} clock", partial(_clock, name, address))
        yield from looked(name, partial(_opened, name, section, context, reached, read))


def _hosts(name: str, section: object) -> Iterator[tuple[str, Finding]]:
    """Every other machine that a channel needs, and whether it can be reached."""
    parts = list(section.values()) if isinstance(section, dict) else [section]
    addresses: dict[str, None] = {}
    for part in parts:
        if getattr(part, "simulator", None) is not None:
            continue
        for word in ("base_url", "token_url"):
            if getattr(part, word, ""):
                address = urlsplit(getattr(part, word))
                addresses[f"{address.scheme}://{address.netloc}"] = None
        if isinstance(part, RosterUploadConnection):
            addresses[f"ssh://{part.host}:{part.port}"] = None
    for address in addresses:
        yield address, _reached(name, address)


def _reached(name: str, address: str) -> Finding:
    found = urlsplit(address)
    port = found.port or (80 if found.scheme == "http" else 443)
    try:
        with socket.create_connection((found.hostname or "", port), PATIENCE):
            return Finding(f"{name} network", Status.OK, f"{found.hostname}, port {port}, can be reached.")
    except OSError as error:
        told = f"{found.hostname}, port {port}, cannot be reached: {error.strerror or 'no answer'}."
        return Finding(f"{name} network", Status.FAIL, told, "Check the network, the name, and whether a firewall lets this port through.")


def _clock(name: str, address: str) -> Iterator[Finding]:
    import httpx  # 60 ms that only a look at a real channel needs

    subject = f"{name} clock"
    before = datetime.now(UTC)
    try:
        date = httpx.head(address, timeout=PATIENCE).headers.get("Date", "")
        theirs = parsedate_to_datetime(date)
    except (httpx.HTTPError, ValueError, TypeError):
        yield Finding(subject, Status.SKIP, f"{urlsplit(address).hostname} tells no time.")
        return
    off = theirs - before.replace(microsecond=0)
    if abs(off) < SKEW:
        yield Finding(subject, Status.OK, "This machine's clock agrees with it.")
        return
    direction = "behind" if off > timedelta() else "ahead of"
    told = f"This machine's clock is {_span(abs(off))} {direction} that of {urlsplit(address).hostname}."
    todo = "Let the machine set its clock by itself (NTP): signatures with a wrong time are refused."
    yield Finding(subject, Status.FAIL if abs(off) >= REFUSED else Status.WARN, told, todo)


def _span(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes:,} min" if minutes < 120 else f"{minutes // 60:,} h"


def _opened(name: str, section: object, context: Context, reached: bool, read: bool) -> Iterator[Finding]:
    provider = entry_point(name)(section, context)
    try:
        yield Finding(name, Status.OK, f"Its settings are complete: {provider.identity()}.")
        if isinstance(provider, SignsIn):
            yield from _signed_in(provider, provider.clock.now(), reached)
        if isinstance(section, AppleSchoolConnection):
            yield from looked(f"{name} budget", lambda: _budget(provider, section, context))
        if read and reached:
            yield from looked(f"{name} permissions", lambda: _read(provider))
    finally:
        provider.close()


def _quiet(notice: Notice) -> None:
    """Nobody watches."""
    del notice


def _signed_in(provider: SignsIn, now: datetime, reached: bool) -> Iterator[Finding]:
    for credential in provider.credentials():
        yield from _lasting(credential.place, credential.ends, now)
        subject = f"{credential.place} sign-in"
        if reached:
            yield from looked(subject, partial(_accepted, provider, credential.place, subject))
        else:
            yield Finding(subject, Status.SKIP, "Not tried, as it cannot be reached.")


def _accepted(provider: SignsIn, place: str, subject: str) -> Iterator[Finding]:
    provider.sign_in(place, _quiet)
    yield Finding(subject, Status.OK, "The credentials were accepted.")


def _lasting(place: str, ends: datetime | None, now: datetime) -> Iterator[Finding]:
    subject = f"{place} expiry"
    if ends is None:
        return
    if ends <= now:
        yield Finding(
            subject, Status.FAIL, f"It ended on {ends:%Y-%m-%d}.", "Download a new one in Apple School Manager, and replace the file."
        )
    elif ends - now < SOON:
        told = f"It ends on {ends:%Y-%m-%d}, in {(ends - now).days} days."
        yield Finding(subject, Status.WARN, told, "Download a new one in Apple School Manager before that day.")
    else:
        yield Finding(subject, Status.OK, f"It lasts until {ends:%Y-%m-%d}.")


def _read(provider: Provider) -> Iterator[Finding]:
    observed = provider.observe(Look(Desired(), {}), _quiet)
    requests = sum(observed.reads.values())
    count = sum(len(items) for items in observed.items.values())
    told = f"{count:,} things could be read with {requests:,} request{'s' * (requests != 1)}."
    yield Finding(f"{provider.name} permissions", Status.OK, told)


def _budget(provider: Provider, section: AppleSchoolConnection, context: Context) -> Iterator[Finding]:
    """What is left of what we allow ourselves, from what runs before this one wrote down."""
    kept = context.scratch.get(f"{provider.name}-budget")
    spent = kept.get("spent", {}) if isinstance(kept, dict) else {}
    now = provider.clock.now().timestamp() * 1000
    limits = {"reads": (section.budget.reads_per_minute, 60, "a minute"), "writes": (section.budget.writes_per_hour, 3600, "an hour")}
    left = {}
    for sort, (count, seconds, _) in limits.items():
        recent = [moment for moment in spent.get(sort, []) if now - seconds * 1000 < moment <= now]
        left[sort] = count - len(recent)
    told = ", ".join(f"{max(0, left[sort])} of {count} {sort} {window}" for sort, (count, _, window) in limits.items())
    empty = min(left.values()) <= 0
    todo = "Apply waits by itself; nothing is to be done." if empty else ""
    yield Finding(f"{provider.name} budget", Status.WARN if empty else Status.OK, f"Left: {told}.", todo)
