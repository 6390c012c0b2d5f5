"""What every test may use, and what none may do."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from explorer.store.index import Store

# A busy machine takes its time: no test fails because it takes long.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")

_LOCAL = {"127.0.0.1", "::1", "localhost", "0.0.0.0", ""}  # noqa: S104 - compared, never bound


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in _LOCAL:
            raise AssertionError(f"A test tried to reach {address!r}; tests work offline.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache folder, which is also the one the app finds."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("EXPLORER_CACHE", str(folder))
    # The meter takes seconds to start; its own tests switch it on.
    monkeypatch.setenv("EXPLORER_METER", "off")
    monkeypatch.setattr("explorer.settings.own_cache", lambda: tmp_path / "machine")
    return folder


@pytest.fixture
def no_yunet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the hub's client offline and its cache empty: faces are found by the cascade."""
    from huggingface_hub import constants

    folder = tmp_path / "hub-cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return folder


@pytest.fixture
def store(cache: Path) -> "Iterator[Store]":
    """Return an open, empty store."""
    from explorer.store.index import Store

    store = Store.open(cache)
    yield store
    store.close()
