from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.privacy.traces import traces

NAME = "Žofie-Ángel Ñuñez"


@pytest.mark.parametrize(
    "text",
    [
        f"x{NAME}y".encode(),
        NAME.upper().encode(),
        json.dumps({"a": NAME}).encode(),
        quote(NAME).encode(),
        f"x{NAME.encode().hex()}".encode(),
        *(base64.b64encode(b"?" * before + NAME.encode() + b"??") for before in range(4)),
        base64.b32encode(NAME.encode()),
    ],
)
def test_a_trace_is_found(text: bytes) -> None:
    """Whatever form a name takes, the search that the other tests rely on finds it."""
    assert traces(text, ["Nobody", NAME]) == [NAME]
