"""A server of names as Docker has one: it says at which addresses the replicas of a service are."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence

ADDRESS, NO_ERROR = 1, 0x8180  # type A; a recursive answer without error


def answer(query: bytes, addresses: Sequence[str]) -> bytes:
    """The answer to one query (RFC 1035, section 4): these IPv4 addresses, whatever name was asked for."""
    (identity,) = struct.unpack(">H", query[:2])
    end = query.index(b"\0", 12) + 5  # header; name, its closing zero, type and class
    (kind,) = struct.unpack(">H", query[end - 4 : end - 2])
    told = addresses if kind == ADDRESS else ()
    records = b"".join(
        struct.pack(">HHHIH", 0xC00C, ADDRESS, 1, 1, 4) + socket.inet_aton(address)  # 0xC00C: the name asked for
        for address in told
    )
    return struct.pack(">HHHHHH", identity, NO_ERROR, 1, len(told), 0, 0) + query[12:end] + records


class NamesServer:
    """Answers on a free UDP port of this machine until it is closed."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = list(addresses)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                query, visitor = self._socket.recvfrom(4096)
            except OSError:  # closed
                return
            self._socket.sendto(answer(query, self.addresses), visitor)

    def close(self) -> None:
        self._socket.close()
