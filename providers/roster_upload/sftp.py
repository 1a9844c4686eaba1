"""Uploads by SFTP: once, whole, to the server that was meant.

A connection that is lost before the file is handed over is made again, and goes on where the last one ended. From the moment that the
file may have been handed over, nothing is ever repeated: the outcome is Unclear, and the caller looks before it decides.
"""

from __future__ import annotations

import asyncio

from providers.roster_upload.account import Account
from providers.roster_upload.connection import private_keys, signed_in
from providers.roster_upload.host_key import pinned
from providers.roster_upload.patience import Patience
from providers.roster_upload.transfer import LOOK, Transfer
from providers.roster_upload.words import Lost
from reconciler.clock import Clock
from reconciler.errors import ProviderError, Unclear
from reconciler.provider import Note, Notice, Report

ATTEMPTS = 5
"""Connections lost one after the other, with nothing gained, before we give up."""
FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0
SECONDS = 30.0
"""For one answer, at first: it grows where the server is slow."""


def check_keys(account: Account) -> None:
    """Raise ReconcilerError if the host keys or the private key cannot be used. Connects nowhere."""
    pinned(account)
    private_keys(account)


class Sftp:
    """Uploads for one account. Making one reads the keys (ReconcilerError if they cannot be used) and connects nowhere."""

    def __init__(self, account: Account, clock: Clock, report: Report, seconds: float = SECONDS) -> None:
        self._account = account
        self._clock = clock
        self._report = report
        self._seconds = seconds
        self._host_keys = pinned(account)
        self._own_keys = private_keys(account)

    def upload(self, content: bytes, name: str, note: Note) -> None:
        """Put a file into the account's folder, in place of an older one of this name.

        Journals "sending" right before the file may be seen under its name, "received" with the name as reference after, "refused" on a
        definite no. The server may take the file away at once: it is not looked at again.
        Raises Unclear if the file may or may not have been handed over; Unauthorized or ProviderError if it was not.
        """
        patience = Patience(self._seconds)
        transfer = Transfer(self._account, content, name, note, patience, lambda kept: self._show(name, kept, len(content)))
        losses, furthest = 0, 0
        while True:
            try:
                return asyncio.run(self._attempt(transfer, patience))
            except Lost as problem:
                self._give_up_if_sent(transfer, problem)
                losses, furthest = (1, transfer.kept) if transfer.kept > furthest else (losses + 1, furthest)
                if losses >= ATTEMPTS:
                    raise self._unreachable(problem) from None
                patience.lost()
                self._rest(min(FIRST_WAIT * 2 ** (losses - 1), LONGEST_WAIT), problem)

    def sign_in(self) -> None:
        """Have the server show its key and accept ours or the password, and leave again. Nothing is written.

        Raises Unauthorized or ProviderError; a lost connection is one, too, as nothing hangs on a second attempt.
        """
        try:
            asyncio.run(self._greeted())
        except Lost as problem:
            hint = "Check the network (a firewall may block this port), or try again later."
            raise ProviderError(f"{self._account.host}, port {self._account.port}, {problem.words}.", hint) from None

    async def _greeted(self) -> None:
        async with signed_in(self._account, self._host_keys, self._own_keys, self._seconds):
            pass

    async def _attempt(self, transfer: Transfer, patience: Patience) -> None:
        async with signed_in(self._account, self._host_keys, self._own_keys, patience.limit) as sftp:
            await transfer.over(sftp)

    def _give_up_if_sent(self, transfer: Transfer, problem: Lost) -> None:
        if transfer.sent:
            raise Unclear(f"The upload was being handed over when {self._account.host} {problem.words}.", LOOK) from None

    def _unreachable(self, problem: Lost) -> ProviderError:
        return ProviderError(
            f"{self._account.host}, port {self._account.port}, {problem.words}, {ATTEMPTS} times in a row. Nothing was handed over.",
            "Check the network (a firewall may block this port), or try again later. A part of the file that may be left there under a "
            "temporary name is not imported.",
        )

    def _rest(self, seconds: float, problem: Lost) -> None:
        self._report(Notice(f"{self._account.host} {problem.words}: trying again", wait=seconds))
        self._clock.sleep(seconds)

    def _show(self, name: str, kept: int, total: int) -> None:
        self._report(Notice(f"Uploading {name} to {self._account.host}, bytes", kept, total))
