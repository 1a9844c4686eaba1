from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError
from reconciler.sealed import seal, unseal
from tests.privacy.school import IDENTITY, RECIPIENT, STRANGER, sealed

WHOLE = b"person_id,first_name\n" + b"s-1,Ximena\n" * 20
SEALED = {armored: sealed(WHOLE, armored=armored) for armored in (False, True)}


@given(st.binary(max_size=2000), st.booleans())
def test_what_was_sealed_is_opened(content: bytes, armored: bool) -> None:
    """unseal(seal(x)) is x for every content, as bytes and as text."""
    assert unseal(seal(content, [RECIPIENT], armored=armored), str(IDENTITY)) == content


@pytest.mark.parametrize("armored", [False, True])
def test_a_part_is_never_taken_for_the_whole(armored: bool) -> None:
    """A sealed file that was cut off anywhere is refused in words, and so is one in which a byte changed behind the header."""
    whole = sealed(WHOLE, armored=armored)
    for cut in range(len(whole) - armored):  # an armored file may lack its last line break
        with pytest.raises(ReconcilerError):
            unseal(whole[:cut], str(IDENTITY))
    with pytest.raises(ReconcilerError, match="damaged or cut off"):
        unseal(whole[:-40], str(IDENTITY))
    damaged = bytes([*sealed(WHOLE)[:-1], sealed(WHOLE)[-1] ^ 1])
    with pytest.raises(ReconcilerError, match="damaged or cut off"):
        unseal(damaged, str(IDENTITY))


@given(st.booleans(), st.lists(st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=1)), min_size=1, max_size=4))
def test_nothing_but_what_was_sealed_comes_out(armored: bool, edits: list[tuple[int, bytes]]) -> None:
    """However bytes of a sealed file are changed, it gives what was sealed or an error in words."""
    content = bytearray(SEALED[armored])
    for at, byte in edits:
        content[at % len(content)] = byte[0]
    with suppress(ReconcilerError):
        assert unseal(bytes(content), str(IDENTITY)) == WHOLE


def test_others_cannot_open_it() -> None:
    """Somebody for whom it was not sealed is told so, and no key is shown."""
    with pytest.raises(ReconcilerError, match="sealed for others") as caught:
        unseal(sealed(WHOLE), str(STRANGER))
    assert str(STRANGER) not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04"])
def test_a_plain_file_is_not_taken_for_a_sealed_one(content: bytes) -> None:
    """What was never sealed is said to be no age file."""
    with pytest.raises(ReconcilerError, match="no age file"):
        unseal(content, str(IDENTITY))


def test_an_ssh_key_serves_too(tmp_path: Path) -> None:
    """A public SSH key is a recipient and its private half an identity; one with a passphrase is refused in words."""
    for name, passphrase in (("plain", ""), ("locked", "secret")):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", tmp_path / name], check=True)
    content = seal(WHOLE, [(tmp_path / "plain.pub").read_text().strip(), RECIPIENT])
    assert unseal(content, (tmp_path / "plain").read_text()) == unseal(content, str(IDENTITY)) == WHOLE
    with pytest.raises(ReconcilerError, match="passphrase"):
        unseal(content, (tmp_path / "locked").read_text())


def test_a_file_of_age_keygen_is_read() -> None:
    """Comments, blank lines and several keys are what age-keygen and people write."""
    assert unseal(sealed(WHOLE), f"# created: 2026-11-23\r\n# public key: age1…\n\n{STRANGER}\n  {IDENTITY}  \n") == WHOLE


@pytest.mark.parametrize("identity", ["", "# nothing\n", "hunter2", "AGE-SECRET-KEY-1XYZ", "-----BEGIN OPENSSH PRIVATE KEY-----\nxyz\n"])
def test_what_is_no_identity_is_not_repeated(identity: str) -> None:
    """An identity that cannot be read is refused without being shown: it may be somebody's password."""
    with pytest.raises(ReconcilerError, match="none that we can read") as caught:
        unseal(sealed(WHOLE), identity)
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("recipients", [[], ["age1nonsense"], ["ssh-ed25519 AAAA"], [str(IDENTITY)], [str(IDENTITY).lower()]])
def test_only_recipients_are_sealed_for(recipients: list[str]) -> None:
    """Nobody, nonsense, and a secret half are refused; the secret half is not shown."""
    with pytest.raises(ReconcilerError) as caught:
        seal(WHOLE, recipients)
    assert str(IDENTITY).lower() not in (caught.value.message + caught.value.hint).lower()
