from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.district import District
from tests.portal.dns_server import name_server
from tests.portal.web_server import web_server

TXT = "apple-domain-verification=Ab12Cd34Ef56Gh78"
DOMAIN = f"domains: {{riverside.example: {{added: 2026-11-20}}}}\ndns_records: {{riverside.example: {{txt: {TXT}}}}}\n"
DOCUMENT = "domains: {riverside.example: {}}\ndiscovery_documents:\n  riverside.example:\n"
DOCUMENT += '    servers: {version: mdm-byod, base_url: "https://mdm.riverside.example/enroll"}\n'
SERVED = json.dumps({"Servers": [{"Version": "mdm-byod", "BaseURL": "https://mdm.riverside.example/enroll"}]})


def _reaching(district: District, **portal: str) -> None:
    """Name what is asked from outside."""
    connections = json.loads((district.folder / "reconciler.yaml").read_text())["connections"]
    district.settings(connections=connections | {"portal": portal})


@contextmanager
def _silent() -> Iterator[str]:
    """A port at which nobody answers, kept from others."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def test_a_record_that_is_there_is_no_task(district: District) -> None:
    """A TXT record that the DNS tells needs nobody, and lets the domain be confirmed."""
    district.write("frame.yaml", DOMAIN)
    with name_server({"riverside.example": TXT}) as server:
        _reaching(district, resolver=server)
        tasks = district.run("tasks").out
        assert "☐ domain/riverside.example" in tasks
        assert "due 2026-12-04 (in 11 days)" in tasks
        assert "☐ dns_record/riverside.example" not in tasks
        assert district.run("confirm", "domain/riverside.example").code == 0


def test_a_record_that_is_not_there_is_never_attested(district: District) -> None:
    """While the DNS says that the record is not there, neither it nor the domain that waits for it can be confirmed."""
    district.write("frame.yaml", DOMAIN)
    with name_server({"riverside.example": "apple-domain-verification=another"}) as server:
        _reaching(district, resolver=server)
        tasks = district.run("tasks").out
        assert f"Its value: {TXT}" in tasks
        assert "Waits until dns_record/riverside.example is there." in tasks
        waiting = district.run("confirm", "domain/riverside.example")
        assert "domain/riverside.example waits until dns_record/riverside.example is there, so it is not attested." in waiting.err
        assert (
            "dns_record/riverside.example can be read, and it is not done yet"
            in district.run("confirm", "dns_record/riverside.example").err
        )


def test_a_name_server_that_is_silent_is_no_error(district: District) -> None:
    """Where the DNS cannot be asked the plan says so, goes on, and a person may attest."""
    district.write("frame.yaml", DOMAIN)
    with _silent() as server:
        _reaching(district, resolver=server)
        plan = district.run("plan")
        assert "riverside.example: its DNS could not be asked, so whether the TXT record is there is not known." in plan.out
        assert district.run("confirm", "domain/riverside.example").code == 0


def test_a_document_that_is_served_is_no_task(district: District) -> None:
    """A service-discovery document that says what is declared needs nobody."""
    district.write("frame.yaml", DOCUMENT)
    with web_server("riverside.example", SERVED) as url:
        _reaching(district, discovery_url=url)
        assert "discovery_document" not in district.run("tasks").out


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ("nothing", 404, ""),
        ("{}", 200, 'is not JSON of the form {"Servers": [{"Version": "…", "BaseURL": "…"}]}'),
        ("<html>", 200, "is not JSON of the form"),
        ("", 500, "is answered with status 500"),
        (SERVED.replace("enroll", "elsewhere"), 200, "mdm-byod https://mdm.riverside.example/elsewhere → "),
    ],
)
def test_a_document_that_differs_is_a_task(district: District, content: str, status: int, said: str) -> None:
    """A document that is missing, broken or other than declared is a task that cannot be attested away."""
    district.write("frame.yaml", DOCUMENT)
    with web_server("riverside.example", content, status) as url:
        _reaching(district, discovery_url=url)
        plan = district.run("plan").out
        assert said in plan
        assert "To do by hand for discovery_document/riverside.example" in plan
        assert district.run("confirm", "discovery_document/riverside.example").code == 1


def test_a_rehearsal_asks_nobody(district: District) -> None:
    """In a rehearsal no name server is asked unless the settings name one: a person attests instead."""
    district.write("frame.yaml", DOMAIN)
    assert district.run("confirm", "dns_record/riverside.example").code == 0
    assert "☐ dns_record" not in district.run("tasks").out
