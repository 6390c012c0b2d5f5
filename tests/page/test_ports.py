"""Where nothing can listen, one message says why and what to do."""

import socket

import pytest

from explorer.errors import ServeError
from explorer.page.ports import require_free
from explorer.settings import Address


def test_a_free_port_is_accepted() -> None:
    require_free(Address())


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        # TEST-NET-1, which no machine has.
        (Address("192.0.2.1"), "'192.0.2.1': this machine has no such address.*--host"),
        (Address("no such host"), "'no such host': this machine has no such address.*--host"),
        (Address("a..b"), "'a..b': this machine has no such address.*--host"),
        (Address(port=70_000), "port 70000: ports go from 1 to 65535.*--port"),
        (Address(port=-1), "port -1: ports go from 1 to 65535.*--port"),
    ],
)
def test_an_address_that_cannot_be_is_refused(address: Address, reason: str) -> None:
    with pytest.raises(ServeError, match=reason):
        require_free(address)


@pytest.mark.parametrize(("family", "host"), [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")])
def test_a_taken_port_is_refused(family: str, host: str) -> None:
    with socket.socket(getattr(socket, family)) as taken:
        try:
            taken.bind((host, 0))
        except OSError:
            pytest.skip(f"This machine has no {host}.")
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"'{host}' on port {port}: another program.*--port"):
            require_free(Address(host, port))


def test_a_port_for_the_administrator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(_socket: socket.socket, _place: object) -> None:
        # Whoever is root may use it.
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(ServeError, match=r"port 80: you may not use that port.*--port"):
        require_free(Address(port=80))
