"""Domains: what is done in the portal, in order, against Apple's clocks.

Apple School Manager User Guide, "Add and verify a domain" (14 days), "Lock a domain", "Capture a domain" (30 days, cannot be undone).
One section for each step, so that a step that cannot be undone is an entry of its own in a review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field

from reconciler.kinds.declare import declare
from reconciler.kinds.entry import Board, Entry
from reconciler.kinds.fields import DAY, Day, OneOrMany, Text
from reconciler.kinds.kind import Kind
from reconciler.kinds.suggest import did_you_mean, short
from reconciler.resource import Address, Spec

DOMAIN, RECORD, LOCK, CAPTURE, DOCUMENT = "domain", "dns_record", "domain_lock", "domain_capture", "discovery_document"
VERIFY_WITHIN, CAPTURE_TAKES = timedelta(days=14), timedelta(days=30)


class DnsRecord(Spec):
    """The TXT record that shows Apple whose domain it is."""

    txt: str | None = None


class Domain(Spec):
    """A domain that is added to the organization and verified; `name` is itself. `by_record`: its TXT record is declared, too."""

    name: str | None = None
    added: date | None = None
    by_record: bool | None = None


class DomainLock(Spec):
    """Only the organization makes Apple Accounts in this domain."""

    name: str | None = None


class DomainCapture(Spec):
    """Personal Apple Accounts in this domain have to move."""

    name: str | None = None
    acknowledged: date | None = None
    acknowledged_by: str | None = None
    started: date | None = None
    after_lock: bool | None = None


class DiscoveryDocument(Spec):
    """What https://<domain>/.well-known/com.apple.remotemanagement tells devices: "version base-url" for each server."""

    servers: tuple[str, ...] | None = None


class DnsRecordEntry(Entry):
    """The TXT record that verifies a domain. The key is the domain; the record is looked for in the DNS by every plan."""

    txt: Text = Field(description="The value that the portal shows.", examples=["apple-domain-verification=Ab12Cd34Ef56Gh78"])


class DomainEntry(Entry):
    """A domain of the organization, to be added and verified. The key is the domain itself; a sub-domain is one of its own."""

    added: Annotated[date | None, DAY] = Field(default=None, description="The day it was added: Apple gives 14 days to verify it.")


class DomainLockEntry(Entry):
    """Only the organization may make Apple Accounts in this domain. It stays so until the domain is removed. The key is the domain."""

    reason: Text = Field(description="Why, for reviewers.")


class DomainCaptureEntry(Entry):
    """Personal Apple Accounts in this domain have to move within 30 days. CANNOT BE UNDONE. The key is the domain."""

    acknowledged: Day = Field(description="The day on which somebody said: we know that this cannot be undone.")
    acknowledged_by: Text = Field(description="Who said so.", examples=["jane"])
    reason: Text = Field(description="Why, for reviewers.")
    started: Annotated[date | None, DAY] = Field(default=None, description="The day on which it was started in the portal.")


class DiscoveryServer(Entry):
    """One server of a service-discovery document, in Apple's words."""

    version: Text = Field(description="How devices enroll there.", examples=["mdm-byod", "mdm-adde"])
    base_url: Text = Field(description="Where they enroll.", examples=["https://mdm.riverside.example/enroll"])


class DiscoveryDocumentEntry(Entry):
    """The document that account-driven enrolment asks a domain for. The key is the domain; every plan fetches the document."""

    servers: Annotated[tuple[DiscoveryServer, ...], OneOrMany()] = Field(description="The servers that it names.")


_FQDN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


def build_domains(entries: Mapping[str, DomainEntry], board: Board) -> None:
    """Declare every domain."""
    records = board.known(RECORD)
    for key in entries:
        if not _FQDN.fullmatch(key):
            board.say(board.source(DOMAIN, key), f"{short(key)} is not a domain.", "Write it whole, such as riverside.example.")
    declare(DOMAIN, {key: Domain(name=key, added=entry.added, by_record=key in records) for key, entry in entries.items()}, board)


def build_records(entries: Mapping[str, DnsRecordEntry], board: Board) -> None:
    """Declare every TXT record."""
    _check_domains(RECORD, entries, board)
    declare(RECORD, {key: DnsRecord(txt=entry.txt) for key, entry in entries.items()}, board)


def build_locks(entries: Mapping[str, DomainLockEntry], board: Board) -> None:
    """Declare every lock."""
    _check_domains(LOCK, entries, board)
    declare(LOCK, {key: DomainLock(name=key) for key in entries}, board)


def build_captures(entries: Mapping[str, DomainCaptureEntry], board: Board) -> None:
    """Declare every capture whose consequences were acknowledged."""
    _check_domains(CAPTURE, entries, board)
    locked = board.known(LOCK)
    specs = {}
    for key, entry in entries.items():
        specs[key] = DomainCapture(name=key, after_lock=key in locked, **entry.model_dump(exclude={"reason"}))
        if entry.acknowledged > board.today:
            said = f"acknowledged: {entry.acknowledged} is still to come."
            board.say(board.source(CAPTURE, key, "acknowledged"), said, "It cannot be undone: write the day on which that was agreed.")
    declare(CAPTURE, specs, board)


def build_documents(entries: Mapping[str, DiscoveryDocumentEntry], board: Board) -> None:
    """Declare every service-discovery document."""
    _check_domains(DOCUMENT, entries, board)
    lines = {key: tuple(sorted(f"{one.version} {one.base_url}" for one in entry.servers)) for key, entry in entries.items()}
    declare(DOCUMENT, {key: DiscoveryDocument(servers=servers) for key, servers in lines.items()}, board)


def _check_domains(kind: str, names: Mapping[str, Any], board: Board) -> None:
    known = board.known(DOMAIN)
    for name in names:
        if name not in known:
            board.say(
                board.source(kind, name), f"{short(name)} is not a known domain.", did_you_mean(name, known) or "Add it under domains:."
            )


def _verified_by(spec: Domain) -> date | None:
    return spec.added + VERIFY_WITHIN if spec.added else None


def _moved_by(spec: DomainCapture) -> date | None:
    return spec.started + CAPTURE_TAKES if spec.started else None


def _needs_record(spec: Domain) -> Sequence[Address]:
    return (Address(RECORD, str(spec.name)),) if spec.by_record else ()


def _needs_domain(spec: DomainLock) -> Sequence[Address]:
    return (Address(DOMAIN, str(spec.name)),)


def _needs_lock(spec: DomainCapture) -> Sequence[Address]:
    return (Address(LOCK if spec.after_lock else DOMAIN, str(spec.name)),)


DOMAIN_KINDS = (
    Kind(RECORD, "dns_records", ("DNS record", "DNS records"), DnsRecord, labels={"txt": "TXT"}, entry=DnsRecordEntry, build=build_records),
    Kind(
        DOMAIN,
        "domains",
        ("domain", "domains"),
        Domain,
        needs=_needs_record,
        labels={"by_record": "by TXT record"},
        due=_verified_by,
        entry=DomainEntry,
        build=build_domains,
    ),
    Kind(
        LOCK,
        "domain_locks",
        ("domain lock", "domain locks"),
        DomainLock,
        needs=_needs_domain,
        entry=DomainLockEntry,
        build=build_locks,
    ),
    Kind(
        CAPTURE,
        "domain_captures",
        ("domain capture", "domain captures"),
        DomainCapture,
        needs=_needs_lock,
        labels={"acknowledged_by": "acknowledged by", "after_lock": "after its lock"},
        due=_moved_by,
        entry=DomainCaptureEntry,
        build=build_captures,
    ),
    Kind(
        DOCUMENT,
        "discovery_documents",
        ("service-discovery document", "service-discovery documents"),
        DiscoveryDocument,
        entry=DiscoveryDocumentEntry,
        build=build_documents,
    ),
)
