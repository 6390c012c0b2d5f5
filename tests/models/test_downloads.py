"""Downloads that are given up."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from explorer.models.downloads import DownloadStopped, progress_bar, stoppable


def test_a_download_ends_once_it_is_given_up() -> None:
    stopped = threading.Event()
    with stoppable(stopped.is_set):
        bar = progress_bar()(total=10, disable=True)
    bar.update(1)
    stopped.set()
    with pytest.raises(DownloadStopped):
        bar.update(1)


def test_outside_of_a_block_nothing_is_given_up() -> None:
    with stoppable(lambda: True):
        pass
    progress_bar()(total=10, disable=True).update(1)


def _for_ever(fetch: Callable[[], object]) -> None:
    while True:
        fetch()


def test_a_slow_download_from_a_hub_ends_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants, hf_hub_download

    from tests.hub import COMMIT, Hub, running, use

    model = tmp_path / "model"
    model.mkdir()
    (model / "weights.bin").write_bytes(bytes(8_000_000))
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1_000)
    ends = time.monotonic() + 0.3
    with running(Hub({"a/slow": model})) as address:
        use(monkeypatch, address, tmp_path / "hub")
        with stoppable(lambda: time.monotonic() > ends):
            fetch = partial(
                hf_hub_download,
                *("a/slow", "weights.bin"),
                revision=COMMIT,
                force_download=True,
                tqdm_class=progress_bar(),
            )
        with pytest.raises(DownloadStopped):
            _for_ever(fetch)
    assert time.monotonic() < ends + 2
