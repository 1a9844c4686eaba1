"""The service-discovery document of a domain, fetched as devices fetch it.

Apple Platform Deployment, "Service discovery": https://<domain>/.well-known/com.apple.remotemanagement, JSON
{"Servers": [{"Version": …, "BaseURL": …}]}. A web server that does not answer is no error: then it could not be checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.domains import DiscoveryDocument
from reconciler.provider import Notice, Report
from reconciler.resource import Declared, Seen

PATH = "/.well-known/com.apple.remotemanagement"
TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class Discovery:
    """Fetches documents; `url` stands for every domain's own address if it is given."""

    def __init__(self, url: str = "") -> None:
        self._url = url

    def look(
        self, declared: Mapping[str, Declared], unread: Mapping[str, Seen], findings: list[Diagnostic], report: Report
    ) -> Mapping[str, Seen]:
        """See providers.portal.provider.Check."""
        found: dict[str, Seen] = {}
        for number, (domain, one) in enumerate(declared.items()):
            report(Notice(f"Fetching the service-discovery document of {domain}", number, len(declared)))
            try:
                answer = self._get(domain)
            except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL):
                said = f"{domain}: its web server could not be asked, so what its service-discovery document says is not known."
                findings.append(Diagnostic(one.source, said, "Plan again later.", Severity.NOTE))
                found[domain] = unread[domain]
                continue
            servers, problem = _servers(answer)
            if problem:
                said = f"{domain}: its service-discovery document {problem}."
                findings.append(Diagnostic(one.source, said, "Devices cannot enroll through it.", Severity.WARNING))
            elif servers is not None:
                found[domain] = Seen(DiscoveryDocument(servers=servers))
        return found

    def _get(self, domain: str) -> httpx.Response:
        base = self._url or f"https://{domain}"
        return httpx.get(f"{base}{PATH}", headers={"Host": domain, "Accept": "application/json"}, timeout=TIMEOUT)


def _servers(answer: httpx.Response) -> tuple[tuple[str, ...] | None, str]:
    """The servers that a document names, or what is wrong with it; neither if there is no document."""
    if answer.status_code in (404, 410):
        return None, ""
    if answer.status_code != httpx.codes.OK:
        return None, f"is answered with status {answer.status_code}"
    try:
        document: Any = answer.json()
        lines = [f"{one['Version']} {one['BaseURL']}" for one in document["Servers"]]
    except (ValueError, TypeError, KeyError, LookupError):
        return None, 'is not JSON of the form {"Servers": [{"Version": "…", "BaseURL": "…"}]}'
    return tuple(sorted(lines)), ""
