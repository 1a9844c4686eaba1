"""What a person does by hand in Apple's portal: services, default families, devices that come and go.

No API offers any of it to schools.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from providers.simulator.clock import TenantClock
from providers.simulator.enrolment import changes, tokens
from providers.simulator.settling import settle
from providers.simulator.store import Store
from providers.simulator.switches import Switches
from reconciler.errors import ReconcilerError

FAMILIES = ("APPLE_TV", "IPAD", "IPHONE", "IPOD", "MAC", "VISION", "WATCH")
PRODUCT_FAMILIES = {"iPhone": "IPHONE", "iPad": "IPAD", "Mac": "MAC", "AppleTV": "APPLE_TV", "Watch": "WATCH", "Vision": "VISION"}
"""A device's productFamily → the word that a service's default families use for it."""


class PortalError(ReconcilerError):
    """The portal would not let a person do this."""


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as it arrives: `traits` are the attributes of Apple's OrgDevice page that never change, by their wire names.

    `added_at` in seconds since 1970 (None: now). `service` is an id; None is the default service of its family, "" is none at all.
    """

    serial: str
    traits: Mapping[str, object] = field(default_factory=dict)
    added_at: float | None = None
    service: str | None = None


class Portal:
    """The portal of one organization. What is done here is seen by reads at once."""

    def __init__(self, store: Store, clock: TenantClock, switches: Switches) -> None:
        self._store = store
        self._clock = clock
        self._switches = switches

    def create_service(
        self,
        name: str,
        *,
        type: str = "MDM",  # noqa: A002 - Apple's own word
        default_families: Collection[str] = (),
        release_flag: bool = False,
        id: str = "",  # noqa: A002 - Apple's own word
    ) -> str:
        """Add a device management service; returns its id (32 upper-case hex digits). PortalError if the name is taken."""
        with self._store.transaction():
            self._check_name(name)
            now = self._clock.stamp()
            service = id or secrets.token_hex(16).upper()
            values = (service, name, type, "ACTIVE", now, now, release_flag, "[]", now, "198.51.100.24")
            self._store.rows(
                "INSERT INTO services (id, name, type, status, created_at, updated_at, disown, families, connected_at, connected_ip)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *values,
            )
            if default_families:
                self.set_default_families(service, default_families)
        return service

    def rename_service(self, service: str, name: str) -> None:
        """Give a service another name; its id stays."""
        with self._store.transaction():
            self._check_name(name)
            self._change(service, "name", name)

    def delete_service(self, service: str) -> None:
        """Remove a service: the devices it held are unassigned, and its server token ends."""
        with self._store.transaction():
            self._change(service, "status", "DELETED")
            tokens.revoke(self._store, service)
            self._store.rows("UPDATE services SET families = '[]' WHERE id = ?", service)
            self._store.rows("UPDATE devices SET service = NULL, updated_at = ? WHERE service = ?", self._clock.stamp(), service)
            self._store.rows("UPDATE devices SET shown_service = NULL WHERE shown_service = ?", service)

    def set_default_families(self, service: str, families: Collection[str]) -> None:
        """Make a service the default of these families (IPAD, MAC, …) and of no others; another service loses the ones it had."""
        unknown = sorted(set(families) - set(FAMILIES))
        if unknown:
            raise PortalError(f"There is no product family {', '.join(unknown)}.", f"Known: {', '.join(FAMILIES)}.")
        with self._store.transaction():
            for other, listed in self._store.rows("SELECT id, families FROM services WHERE id != ?", service):
                kept = [family for family in orjson.loads(listed) if family not in families]
                self._store.rows("UPDATE services SET families = ? WHERE id = ?", orjson.dumps(kept).decode(), other)
            self._change(service, "families", orjson.dumps(sorted(families)).decode())

    def server_token(self, service: str, certificate_pem: bytes) -> bytes:
        """A new server token of a service for the device enrolment API, as the .p7m file that only the certificate's key opens.

        The token before it ends at once. PortalError unless the certificate is one of an RSA key, in PEM.
        """
        with self._store.transaction():
            self._known_service(service)
            try:
                return tokens.issue(
                    self._store, self._clock.stamp(), service, certificate_pem, self._switches.get("enrolment_server_token")
                )
            except ValueError as problem:
                hint = "Choose the public key certificate (.pem) that the device management service gave you."
                raise PortalError(f"The portal does not take this certificate: {problem}.", hint) from problem

    def revoke_server_token(self, service: str) -> None:
        """End the server token of a service, with none in its place."""
        self._known_service(service)
        tokens.revoke(self._store, service)

    def switch_on(self, serials: Sequence[str]) -> None:
        """Devices are switched on and fetch the enrolment profile that waits for them."""
        with self._store.transaction():
            self._known_devices(serials)
            changes.fetched(self._store, serials, self._clock.stamp())

    def replace_device(self, original: str, successor: str) -> None:
        """A device was exchanged for another one, which is there already; the original leaves the organization."""
        with self._store.transaction():
            self._known_devices([original, successor])
            changes.replaced(self._store, original, successor, self._clock.stamp())
            self.release_device(original)

    def set_release_flag(self, service: str, allowed: bool) -> None:
        """Let a service release ("disown") devices, or not."""
        self._change(service, "disown", allowed)

    def add_devices(self, devices: Iterable[DeviceRow]) -> int:
        """Devices arrive; serials that are there already are left alone. Returns how many arrived."""
        with self._store.transaction():
            defaults, now = self._defaults(), self._clock.stamp()
            return self._store.many(
                "INSERT OR IGNORE INTO devices (serial, traits, added_at, updated_at, service, shown_service) VALUES (?, ?, ?, ?, ?, ?)",
                (_arrival(device, defaults, now) for device in devices),
            )

    def release_device(self, serial: str) -> None:
        """Release a device from the organization: gone from lists, still told when asked for by its serial."""
        with self._store.transaction():
            self._known_devices([serial])
            self._store.rows(
                "UPDATE devices SET released_at = ?, service = NULL, shown_service = NULL, shows_at = NULL WHERE serial = ?",
                self._clock.stamp(),
                serial,
            )

    def assign(self, serials: Sequence[str], service: str | None) -> None:
        """Move devices by hand (None: unassign them): the drift that a colleague leaves behind."""
        with self._store.transaction():
            # What was due before this moment must not undo it afterwards.
            now = self._clock.stamp()
            settle(self._store, self._switches.settings(), now)
            self._known_devices(serials)
            if service is not None:
                self._known_service(service)
            move = "UPDATE devices SET service = ?, shown_service = ?, shows_at = NULL, updated_at = ? WHERE serial = ?"
            self._store.many(move, [(service, service, now, serial) for serial in serials])

    def start_migration(self, serials: Sequence[str]) -> None:
        """Devices begin to move to their new service (the user accepted, or the deadline came)."""
        self._migrate(serials, "STARTED")

    def finish_migration(self, serials: Sequence[str], *, success: bool = True) -> None:
        """Devices arrive at their new service, or fail to."""
        self._migrate(serials, "SUCCESS" if success else "FAILED")

    def _migrate(self, serials: Sequence[str], state: str) -> None:
        with self._store.transaction():
            settle(self._store, self._switches.settings(), self._clock.stamp())
            self._known_devices(serials)
            self._store.many("UPDATE devices SET migration = ? WHERE serial = ?", [(state, serial) for serial in serials])

    def _check_name(self, name: str) -> None:
        taken = self._store.row("SELECT id FROM services WHERE name = ? AND status != 'DELETED'", name)
        if taken and self._switches.get("duplicate_service_names") == "refused":
            raise PortalError(f'There is a service "{name}" already.', "Choose another name, or set duplicate_service_names to allowed.")

    def _change(self, service: str, column: str, value: object) -> None:
        with self._store.transaction():
            self._known_service(service)
            # `column` is one of this module's own words, never input.
            self._store.rows(f"UPDATE services SET {column} = ?, updated_at = ? WHERE id = ?", value, self._clock.stamp(), service)  # noqa: S608 - see above

    def _known_service(self, service: str) -> None:
        if self._store.row("SELECT 1 FROM services WHERE id = ? AND status != 'DELETED'", service) is None:
            raise PortalError(f"There is no service with the id {service}.", "`services()` lists them.")

    def _known_devices(self, serials: Sequence[str]) -> None:
        ask = "SELECT serial FROM devices WHERE released_at IS NULL AND serial IN (SELECT value FROM json_each(?))"
        found = {row[0] for row in self._store.rows(ask, orjson.dumps(list(serials)).decode())}
        missing = [serial for serial in serials if serial not in found]
        if missing:
            raise PortalError(
                f"The organization has no device {', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}.", "Add it first."
            )

    def _defaults(self) -> dict[str, str]:
        rows = self._store.rows("SELECT id, families FROM services WHERE status != 'DELETED'")
        return {family: service for service, families in rows for family in orjson.loads(families)}


def _arrival(device: DeviceRow, defaults: Mapping[str, str], now: float) -> tuple[Any, ...]:
    family = PRODUCT_FAMILIES.get(str(device.traits.get("productFamily")), "")
    service = (defaults.get(family) if device.service is None else device.service) or None
    added = now if device.added_at is None else device.added_at
    return device.serial, orjson.dumps(device.traits).decode(), added, added, service, service
