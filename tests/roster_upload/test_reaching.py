"""Hosts that cannot be reached, or are something else than an SFTP server."""

from __future__ import annotations

import hmac
import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from providers.roster_upload.account import Account
from providers.roster_upload.host_key import pinned
from reconciler.errors import ProviderError, ReconcilerError
from tests.roster_upload.run import upload

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHE0xcQD1kuFk+qajIDJ1CVOQ2vFe+J/GIZEvJQY+R4c"
SECRET = "correct horse"  # noqa: S105 - what must never be shown


def _account(port: int, host: str = "127.0.0.1") -> Account:
    return Account(host, "12345678@sftp.apple.com", (KEY,), port, password=SECRET)


@contextmanager
def _answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A door whose every caller gets this."""

    def serve() -> None:
        with suppress(OSError):
            while True:
                caller, _ = door.accept()
                with suppress(OSError):
                    answer(caller)

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield door.getsockname()[1]
        finally:
            door.shutdown(socket.SHUT_RDWR)


def test_a_closed_port_is_said() -> None:
    """A host that takes no connections is tried a few times, then named with its port."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        run = upload(_account(closed.getsockname()[1]))
    assert isinstance(run.error, ProviderError)
    assert "takes no connections on this port, 5 times in a row" in run.error.message
    assert "firewall" in run.error.hint
    assert run.notes == []


def test_an_unknown_host_is_said_at_once() -> None:
    """A name that nobody knows is an error by itself: trying again does not help."""
    run = upload(_account(22, "no-such-host.invalid"))
    assert isinstance(run.error, ProviderError)
    assert "no-such-host.invalid" in run.error.message
    assert SECRET not in run.said


@pytest.mark.parametrize(
    "words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-1.5-ancient\r\n", b"SSH-2.0-noise\r\n" + bytes(400), b"\x00" * 5_000, b""]
)
def test_what_is_no_ssh_server_is_said(words: bytes) -> None:
    """Something else than an SSH server ends in a sentence with host and port, whatever it says."""

    def answer(caller: socket.socket) -> None:
        caller.sendall(words)
        caller.shutdown(socket.SHUT_WR)

    with _answering(answer) as port:
        run = upload(_account(port), seconds=5.0)
        assert isinstance(run.error, ProviderError)
        assert f"127.0.0.1, port {port}" in run.error.message
        assert run.notes == []


def test_a_host_that_never_says_a_word_is_given_up() -> None:
    """A host that takes connections and is silent is given up after the time for an answer."""
    held: list[socket.socket] = []
    with _answering(held.append) as port:
        run = upload(_account(port), seconds=0.05)
        assert isinstance(run.error, ProviderError)
        assert "gave no answer in time" in run.error.message
    for caller in held:
        caller.close()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), "holds no key for school.example"),
        (("# a comment", ""), "holds no key for school.example"),
        ((f"other.example {KEY}",), "holds no key for school.example"),
        ((f"[school.example]:2222 {KEY}",), "holds no key for school.example"),
        (("ssh-ed25519 AAAA",), "line 1: this is not a host key"),
        ((KEY, "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"), "line 2: this is not a host key"),
        ((f"@cert-authority *.example {KEY}",), "line 1: lines with @cert-authority"),
    ],
)
def test_host_keys_that_pin_nothing_are_refused(lines: tuple[str, ...], words: str) -> None:
    """Without a usable key for this very host and port nothing is connected: no server is trusted because it was first."""
    run = upload(Account("school.example", "somebody", lines, password=SECRET))
    assert isinstance(run.error, ReconcilerError)
    assert words in run.error.message
    assert "ssh-keyscan" in run.error.hint


def _hashed(host: str) -> str:
    salt = bytes(20)
    digest = hmac.new(salt, host.encode(), "sha1").digest()
    return f"|1|{b64encode(salt).decode()}|{b64encode(digest).decode()} {KEY}"


@pytest.mark.parametrize(
    ("lines", "port"),
    [
        ((KEY,), 22), ((f"{KEY} a comment",), 22), ((f"school.example {KEY}",), 22), ((f"*.example {KEY}",), 22),
        ((f"other.example,school.example {KEY}",), 22), ((f"# by ssh-keyscan\n\nschool.example {KEY}\n",), 22),
        ((_hashed("school.example"),), 22), ((f"[school.example]:2222 {KEY}",), 2222), ((f"school.example {KEY}",), 2222),
    ],
)  # fmt: skip
def test_host_keys_are_read_as_openssh_writes_them(lines: tuple[str, ...], port: int) -> None:
    """Bare keys, known_hosts lines with names, ports, patterns or hashes, and whole files of them are understood."""
    keys = pinned(Account("school.example", "somebody", lines, port))
    assert [key.get_fingerprint() for key in keys] == ["SHA256:0ja6M+7gARLBAMwD1nzYnluw/v2OamQ0NuOfCabAwns"]


def test_an_account_does_not_show_its_secrets() -> None:
    """An account can be printed, as in a traceback, without its password, key or passphrase."""
    shown = repr(Account("school.example", "somebody", (KEY,), password=SECRET, private_key=SECRET, passphrase=SECRET))
    assert SECRET not in shown
