from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import orjson
import pytest

from providers.apps_and_books.token import ContentToken
from reconciler.errors import ProviderError


def _file(**changes: object) -> str:
    told = {"token": "c2VjcmV0", "expDate": "2027-09-30T08:15:00+0000", "orgName": "ORG98765", **changes}
    return b64encode(orjson.dumps({name: value for name, value in told.items() if value is not None})).decode()


@pytest.mark.parametrize(
    "moment", ["2027-09-30T08:15:00+0000", "2027-09-30T01:15:00-0700", "2027-09-30T10:15:00+02:00", "2027-09-30T08:15:00"]
)
def test_every_offset_is_understood(moment: str) -> None:
    """The date of expiry is read in every form that Apple's files were seen to have."""
    assert ContentToken.read(f"{_file(expDate=moment)}\n").expires == datetime(2027, 9, 30, 8, 15, tzinfo=UTC)


def test_the_whole_text_is_what_is_shown() -> None:
    """Requests carry the file's text without blanks and line ends, and not the token inside of it."""
    assert ContentToken.read(f" {_file()}\r\n").text == _file()


@pytest.mark.parametrize(
    "content", ["", "not base64!", b64encode(b"[]").decode(), _file(token=None), _file(expDate="soon"), _file(orgName=7)]
)
def test_another_file_is_refused_in_words(content: str) -> None:
    """A file that is no content token is refused with where to get one, and nothing of the file is quoted."""
    with pytest.raises(ProviderError, match="content token") as caught:
        ContentToken.read(content)
    assert "Content Tokens" in caught.value.hint
    assert not content or content not in str(caught.value)


def test_a_token_shows_itself_nowhere() -> None:
    """A token's text is in no representation of it."""
    assert _file() not in repr(ContentToken.read(_file()))
