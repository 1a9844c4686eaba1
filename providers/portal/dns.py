"""Whether a domain's TXT record is in the DNS, as Apple will find it.

Apple School Manager User Guide, "Add and verify a domain". A name server that does not answer is no error: then it could not be checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import dns.exception
import dns.rdatatype
import dns.resolver

from reconciler.diagnostic import Diagnostic, Severity
from reconciler.kinds.domains import DnsRecord
from reconciler.provider import Notice, Report
from reconciler.resource import Declared, Seen

SECONDS = 5.0
"""For one name, all tries together."""


@dataclass(frozen=True, slots=True)
class Dns:
    """Asks one name server, given as address or address:port; empty means the machine's own."""

    server: str = ""

    def look(
        self, declared: Mapping[str, Declared], unread: Mapping[str, Seen], findings: list[Diagnostic], report: Report
    ) -> Mapping[str, Seen]:
        """See providers.portal.provider.Check."""
        found: dict[str, Seen] = {}
        for number, (domain, one) in enumerate(declared.items()):
            report(Notice(f"Looking up {domain}", number, len(declared)))
            wanted = one.spec.txt if isinstance(one.spec, DnsRecord) else None
            try:
                if wanted in self._texts(domain):
                    found[domain] = Seen(one.spec)
            except dns.exception.DNSException:
                said = f"{domain}: its DNS could not be asked, so whether the TXT record is there is not known."
                findings.append(Diagnostic(one.source, said, "Plan again later.", Severity.NOTE))
                found[domain] = unread[domain]
        return found

    def _texts(self, domain: str) -> list[str]:
        """Every TXT value of a domain; none if there is no such domain. DNSException if nobody answers."""
        try:
            answer = self._resolver().resolve(f"{domain}.", dns.rdatatype.TXT)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self.server)
        if self.server:
            address, _, port = self.server.rpartition(":") if self.server.count(":") == 1 else (self.server, "", "53")
            resolver.nameservers, resolver.port = [address], int(port)
        resolver.lifetime = SECONDS
        return resolver
