"""A name server on this machine that answers TXT questions: real DNS over UDP."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset


@contextmanager
def name_server(records: Mapping[str, str]) -> Iterator[str]:
    """Serve these TXT records (domain → value), and NXDOMAIN for everything else; its address as address:port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            content, socket = self.request
            question = dns.message.from_wire(content)
            answer = dns.message.make_response(question)
            name = question.question[0].name.to_text(omit_final_dot=True)
            if name in records:
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", "other", f'"{records[name]}"'))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            socket.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
