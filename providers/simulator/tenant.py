"""A pretend organization: its time, its credentials, its switches, what it was asked, and what it holds."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from providers.simulator.academic import frame
from providers.simulator.academic.portal import AcademicPortal
from providers.simulator.apps.portal import AppsPortal
from providers.simulator.clock import TenantClock
from providers.simulator.portal import Portal
from providers.simulator.quirks import SWITCHES
from providers.simulator.settling import settle
from providers.simulator.store import Store
from providers.simulator.switches import Switches


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an administrator downloads from the portal: the private key is a SEC1 PEM on P-256."""

    client_id: str
    key_id: str
    private_key_pem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """A device management service as the portal shows it; `default_families` in Apple's API words (IPAD, MAC, …)."""

    id: str
    name: str
    type: str
    status: str
    default_families: tuple[str, ...]
    release_flag: bool


class Tenant:
    """One pretend Apple School Manager organization, all of it in one SQLite file (or in memory)."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = TenantClock(store)
        self.switches = Switches(store, SWITCHES)
        self.portal = Portal(store, self.clock, self.switches)
        self.apps = AppsPortal(store, self.clock, self.switches)
        self.academic = AcademicPortal(store, self.clock, self.switches)
        with store.transaction():
            if store.meta("identity") is None:
                _found(store)
            frame.found(store)

    @classmethod
    def open(cls, path: Path | str) -> Tenant:
        """Open the organization in `path` (":memory:" for one that dies with the process); an empty one is made if there is none."""
        return cls(Store(path))

    def close(self) -> None:
        """Let the file go."""
        self.store.close()

    def __enter__(self) -> Tenant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def identity(self) -> str:
        """A UUID that names this organization for ever."""
        return str(self.store.meta("identity"))

    def credentials(self) -> Credentials:
        """The one API account of the organization."""
        parts = (str(self.store.meta(name)) for name in ("client_id", "key_id", "private_key"))
        return Credentials(*parts)

    def counters(self) -> dict[str, dict[str, int]]:
        """What the organization was asked so far: {"requests": {"GET /v1/orgDevices": 3, …}, "activities": {"ASSIGN_DEVICES": 1, …}}.

        Ids are written {id}. A request counts even when it was refused or its connection was cut; an activity counts when it was created.
        """
        counts: dict[str, dict[str, int]] = {"requests": {}, "activities": {}}
        for sort, what, n in self.store.rows("SELECT sort, what, n FROM counts WHERE sort != 'sort' ORDER BY sort, what"):
            counts[sort][what] = n
        return counts

    def devices(self) -> dict[str, str | None]:
        """Serial → id of the service that really holds it now (reads may still show the former one); released devices are left out."""
        self._settle()
        return dict(self.store.rows("SELECT serial, service FROM devices WHERE released_at IS NULL ORDER BY position"))

    def services(self) -> dict[str, Service]:
        """Id → service, deleted ones left out."""
        rows = self.store.rows("SELECT id, name, type, status, families, disown FROM services WHERE status != 'DELETED' ORDER BY position")
        return {
            id_: Service(id_, name, type_, status, tuple(orjson.loads(families)), bool(disown))
            for id_, name, type_, status, families, disown in rows
        }

    def _settle(self) -> None:
        with self.store.transaction():
            settle(self.store, self.switches.settings(), self.clock.stamp())


def _found(store: Store) -> None:
    """Make what an organization has from its first day."""
    key = ec.generate_private_key(ec.SECP256R1())
    store.set_meta("identity", str(uuid.uuid4()))
    store.set_meta("client_id", f"SCHOOLAPI.{uuid.uuid4()}")
    store.set_meta("key_id", str(uuid.uuid4()))
    store.set_meta("private_key", key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode())
    store.set_meta("log_secret", secrets.token_hex(16))
