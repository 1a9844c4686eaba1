"""From the section `connections.device_enrolment` of reconciler.yaml to ways into Apple's service: real ones, or rehearsals."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from providers.device_enrolment.provider import DeviceEnrolment
from providers.device_enrolment.service import Door, EnrolmentService
from providers.device_enrolment.token import ServerToken, read_server_token
from reconciler.clock import SystemClock
from reconciler.connections import ServerToken as Section
from reconciler.errors import ProviderError
from reconciler.provider import Context, Provider


def connect(options: object, context: Context) -> Provider:
    """The entry point (see reconciler.provider.Connect). No request is sent; raises as `open_service` does."""
    if not isinstance(options, Mapping):
        raise TypeError(f"connections.device_enrolment came as {type(options).__name__}")
    return DeviceEnrolment({server: open_service(server, section, context) for server, section in options.items()})


def open_service(server: str, section: Section, context: Context) -> EnrolmentService:
    """The way in for one mdm_server. No request is sent.

    Raises ReconcilerError if a file is not where the settings say, ProviderError that names the server if token or key cannot be used.
    """
    if section.simulator is not None:
        return _rehearsal(server, section.base_url, context)
    identity = f"{server}@{urlsplit(section.base_url).netloc}"
    door = Door(identity, server, read_token(server, section, context), section.base_url, SystemClock(), None)
    return EnrolmentService(door, context.scratch)


def read_token(server: str, section: Section, context: Context) -> ServerToken:
    """The server token that a section names; an expired one, too. Raises as `open_service` does."""
    if section.server_token is None or section.private_key is None:
        raise ProviderError(f"connections.device_enrolment.{server} lacks credentials.", "Give server_token and private_key.")
    key = section.private_key.read(context.folder, context.environment)
    passphrase = section.passphrase.read(context.folder, context.environment) if section.passphrase else None
    try:
        return read_server_token(section.server_token.content(context.folder, context.environment), key, passphrase)
    except ProviderError as error:
        raise ProviderError(f"connections.device_enrolment.{server}: {error.message}", error.hint) from None


def _rehearsal(server: str, base_url: str, context: Context) -> EnrolmentService:
    from providers.device_enrolment.rehearsal import rehearse  # 130 ms of werkzeug that no real connection needs

    return rehearse(server, base_url, context)
