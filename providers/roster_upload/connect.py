"""From the section `connections.roster_upload` of reconciler.yaml to a provider: the real one, or a rehearsal on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from providers.device_enrolment.connect import open_service
from providers.device_enrolment.service import EnrolmentService
from providers.roster_upload.account import Account
from providers.roster_upload.live import Live
from providers.roster_upload.provider import Line, Read, RosterUpload, Way
from reconciler.clock import Clock, SystemClock
from reconciler.connections import RosterUploadConnection
from reconciler.errors import ProviderError
from reconciler.kinds.secret import Secret
from reconciler.provider import Context, Note, Provider, Report
from reconciler.pseudonyms import Pseudonyms
from reconciler.roster.copies import Copies

if TYPE_CHECKING:
    from providers.roster_upload.sftp import Sftp


def connect(options: object, context: Context) -> Provider:
    """The entry point (see reconciler.provider.Connect). No request is sent.

    Raises ReconcilerError if a secret is not where the settings say, ProviderError if one cannot be used.
    """
    if not isinstance(options, RosterUploadConnection):
        raise TypeError(f"connections.roster_upload came as {type(options).__name__}")
    with ExitStack() as opened:
        line, clock = _rehearsal(context, opened) if options.simulator is not None else _real(options, context)
        read, spent = _reading(context, opened)
        way = Way(line, read, spent, opened.pop_all().close)
    return RosterUpload(way, Copies(context.scratch), clock, timedelta(seconds=options.patience))


def _real(options: RosterUploadConnection, context: Context) -> tuple[Line, Clock]:
    if options.user is None or options.host_keys is None:
        raise ProviderError("connections.roster_upload lacks credentials.", "Give user and host_keys, or simulator: {}.")

    def secret(one: Secret | None) -> str:
        return one.read(context.folder, context.environment) if one else ""

    account = Account(
        host=options.host,
        user=options.user,
        host_keys=options.host_keys,
        port=options.port,
        folder=options.folder,
        password=secret(options.password),
        private_key=secret(options.private_key),
        passphrase=secret(options.passphrase),
        temporary_name=options.temporary_name,
    )
    clock = SystemClock()

    def upload(content: bytes, name: str, note: Note, report: Report) -> None:
        _sftp(account, clock, report).upload(content, name, note)

    def sign_in(report: Report) -> None:
        _sftp(account, clock, report).sign_in()

    return Line(f"{options.user}@{options.host}", upload, sign_in, lambda: _check_keys(account)), clock


def _sftp(account: Account, clock: Clock, report: Report) -> Sftp:
    from providers.roster_upload.sftp import Sftp  # 220 to 330 ms of asyncssh, which only an upload needs

    return Sftp(account, clock, report)


def _check_keys(account: Account) -> None:
    from providers.roster_upload.sftp import check_keys  # likewise

    check_keys(account)


def _rehearsal(context: Context, opened: ExitStack) -> tuple[Line, Clock]:
    from providers.simulator.academic import sftp_door  # 130 ms of werkzeug that no real connection needs
    from providers.simulator.rehearsal import open_tenant  # likewise

    tenant = open_tenant(context.settings, context.folder)
    opened.callback(tenant.close)

    @contextmanager
    def server(report: Report) -> Iterator[Sftp]:
        with sftp_door.open(tenant) as door:
            account = Account(door.host, door.user, (door.host_key_line,), door.port, "dropbox", door.password)
            yield _sftp(account, tenant.clock, report)

    def upload(content: bytes, name: str, note: Note, report: Report) -> None:
        with server(report) as sftp:
            sftp.upload(content, name, note)

    def sign_in(report: Report) -> None:
        with server(report) as sftp:
            sftp.sign_in()

    return Line(f"simulator:{tenant.identity}", upload, sign_in, lambda: None), tenant.clock


def _reading(context: Context, opened: ExitStack) -> tuple[Read | None, Callable[[], int]]:
    """The way to read back: any server token of this organization tells the whole roster."""
    tokens = context.settings.connections.device_enrolment
    if not tokens:
        return None, lambda: 0
    server, section = next(iter(tokens.items()))
    service: EnrolmentService = open_service(server, section, context)
    opened.callback(service.close)
    pseudonyms = Pseudonyms.of_settings(context.settings, context.folder, context.environment)

    def read(report: Report) -> Live:
        return Live(service.read_roster(report), pseudonyms)

    return read, lambda: service.driver.spent["reads"]
