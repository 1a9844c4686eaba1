"""A small client of the device enrolment service: opens the server token's file, signs, keeps its session. Not the product's."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from oauthlib.oauth1 import Client as Signer

from providers.simulator import ServiceSeed, Tenant, seed, transport
from providers.simulator.enrolment.app import app

START = datetime(2026, 8, 17, 7, 30, tzinfo=UTC)
HOST = "https://mdmenrollment.apple.com"
AGENT = "Rehearsal/1.0"


@cache
def key_pair() -> tuple[bytes, bytes]:
    """A certificate and its RSA key, both PEM, as a device-management service makes them."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mdm.example.edu")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(4711)
    certificate = builder.not_valid_before(START).not_valid_after(START + timedelta(days=3650)).sign(key, hashes.SHA256())
    return certificate.public_bytes(Encoding.PEM), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def opened(p7m: bytes) -> bytes:
    """What is in a server token's file, by the OpenSSL that every administrator has."""
    certificate, key = key_pair()
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in ("token.p7m", "cert.pem", "key.pem")}
        for file, content in zip(files.values(), (p7m, certificate, key), strict=True):
            file.write_bytes(content)
        where = ("-in", str(files["token.p7m"]), "-inkey", str(files["key.pem"]), "-recip", str(files["cert.pem"]))
        return subprocess.run(["openssl", "smime", "-decrypt", *where], check=True, capture_output=True).stdout


def token_of(p7m: bytes) -> dict[str, str]:
    """The token itself, whichever way its text is laid out."""
    text = opened(p7m).decode().partition("\r\n\r\n")[2]
    lines = [line for line in text.splitlines() if not line.startswith("-----")]
    token: dict[str, str] = orjson.loads("".join(lines))
    return token


@dataclass
class Enrolment:
    """One service of an organization with its token; in process unless `base_url` names a port."""

    tenant: Tenant
    service: str
    base_url: str = ""
    version: int | None = 10
    token: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        door = None if self.base_url else transport(self.tenant, app)
        headers = {"User-Agent": AGENT, "Content-Type": "application/json;charset=UTF8"}
        self.http = httpx.Client(transport=door, base_url=self.base_url or HOST, headers=headers)
        self.renew()

    def renew(self) -> None:
        """Download a new server token."""
        self.token = token_of(self.tenant.portal.server_token(self.service, key_pair()[0]))

    def authorization(self, **changes: Any) -> str:
        """A signed Authorization header; `changes` replace secrets and what is signed."""
        usual = {
            "client_secret": self.token["consumer_secret"],
            "resource_owner_key": self.token["access_token"],
            "resource_owner_secret": self.token["access_secret"],
            "timestamp": str(int(self.tenant.clock.stamp())),
            "realm": "ADM",
        }
        said = usual | changes
        signer = Signer(said.pop("client_key", self.token["consumer_key"]), **said)
        return str(signer.sign(f"{self.base_url or HOST}/session")[1]["Authorization"])

    def session(self, authorization: str | None = None, **headers: str) -> httpx.Response:
        """Ask for a session."""
        given = self.authorization() if authorization is None else authorization
        return self.http.get("/session", headers={"Authorization": given, **headers})

    def sign_in(self) -> Enrolment:
        """Carry a session from here on."""
        self.http.headers["X-ADM-Auth-Session"] = self.session().json()["auth_session_token"]
        return self

    def ask(self, method: str, path: str, body: object = None, **parameters: str) -> httpx.Response:
        """Send one request; a session that comes with the answer is adopted."""
        headers = {} if self.version is None else {"X-Server-Protocol-Version": str(self.version)}
        content = None if body is None else orjson.dumps(body)
        answer = self.http.request(method, path, content=content, params=parameters or None, headers=headers)
        if "X-ADM-Auth-Session" in answer.headers:
            self.http.headers["X-ADM-Auth-Session"] = answer.headers["X-ADM-Auth-Session"]
        return answer

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """GET."""
        return self.ask("GET", path, **parameters)

    def post(self, path: str, body: object = None) -> httpx.Response:
        """POST."""
        return self.ask("POST", path, {} if body is None else body)

    def pages(self, path: str, most: int = 40, **body: Any) -> list[dict[str, Any]]:
        """Follow the cursor to the end, or for `most` pages."""
        pages: list[dict[str, Any]] = []
        while len(pages) < most:
            answer = self.post(path, body)
            assert answer.status_code == 200, answer.text
            pages.append(answer.json())
            body["cursor"] = pages[-1]["cursor"]
            if pages[-1]["more_to_follow"] in (False, "false"):
                break
        return pages

    def fetched(self, **body: Any) -> tuple[list[dict[str, Any]], str]:
        """Every device, and the cursor to sync from."""
        pages = self.pages("/server/devices", **body)
        return [device for page in pages for device in page["devices"]], pages[-1]["cursor"]

    def held(self, service: str | None = "") -> list[str]:
        """Serials that a service (without one named: this one) really holds."""
        mine = self.service if service == "" else service
        return [serial for serial, holder in self.tenant.devices().items() if holder == mine]


def enrolled(devices: int = 60, **changes: Any) -> Enrolment:
    """A small organization with two services, and a client of the first one that has signed in."""
    tenant = Tenant.open(":memory:")
    seed(tenant, devices=devices, services=(ServiceSeed("Jamf School"), ServiceSeed("Intune", ("MAC",))), clock=START, unassigned=0.1)
    service = next(id_ for id_, service in tenant.services().items() if service.name == "Jamf School")
    return Enrolment(tenant, service, **changes).sign_in()


def plain(answer: httpx.Response) -> tuple[int, str]:
    """Status and word of an answer."""
    assert answer.headers["content-type"] == "text/plain;Charset=UTF8", answer.text
    return answer.status_code, answer.text
