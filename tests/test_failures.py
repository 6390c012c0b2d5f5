import errno
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.errors import (
    InvalidData,
    ModelAccessDenied,
    ModelBroken,
    ModelError,
    ModelUnreachable,
    OutOfMemory,
)
from explorer.failures import first_line, load_failure, out_of_memory, require_device
from tests.hub import Hub, running, use


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Return a running hub that holds the public model a/b."""
    from huggingface_hub import close_session

    (tmp_path / "model").mkdir()
    hub = Hub(models={"a/b": tmp_path / "model"})
    with running(hub) as address:
        use(monkeypatch, address, tmp_path / "hub-cache")
        close_session()
        yield hub
    close_session()


def _failure() -> ModelError | None:
    """Return the failure of asking the hub for a/b with the real client, None if it answers."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info("a/b", timeout=5)
    except Exception as error:  # noqa: BLE001 - whatever it is becomes a message
        return load_failure("a/b", error)
    return None


def test_every_way_of_running_out_of_memory_is_known() -> None:
    import torch

    assert out_of_memory(MemoryError())
    assert out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"))
    assert out_of_memory(RuntimeError("MPS backend out of memory"))
    assert not out_of_memory(RuntimeError("size mismatch"))
    assert not out_of_memory(ValueError("out of memory"))


def test_what_an_error_was_raised_from_decides_what_people_read() -> None:
    error = RuntimeError("Failed to download weights")
    error.__context__ = ConnectionError("no route to host")
    assert isinstance(load_failure("a/b", error), ModelUnreachable)
    error.__context__ = MemoryError()
    assert isinstance(load_failure("a/b", error), OutOfMemory)
    error.__context__ = None
    assert isinstance(load_failure("a/b", error), ModelBroken)


def test_a_full_disk_is_named() -> None:
    failure = load_failure("a/b", OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(failure, ModelUnreachable)
    assert "disk is full" in str(failure)
    assert "HF_HOME" in str(failure)


def test_errors_that_name_each_other_do_not_hang() -> None:
    first, second = ValueError("one"), ValueError("two")
    first.__context__, second.__context__ = second, first
    assert isinstance(load_failure("a/b", first), ModelBroken)


def test_only_the_first_line_of_a_long_message_is_shown() -> None:
    assert first_line(ValueError("one\ntwo")) == "one."
    assert first_line(ValueError("\n  Done!  \n")) == "Done!"
    assert first_line(ValueError()) == "ValueError."
    assert len(first_line(ValueError("x" * 999))) == 201


def test_a_device_the_installed_torch_cannot_use_is_refused() -> None:
    import torch

    require_device("cpu")
    if not torch.cuda.is_available():
        with pytest.raises(InvalidData, match="EXPLORER_DEVICE=cpu"):
            require_device("cuda")


@pytest.mark.parametrize(
    ("answer", "error", "cause"),
    [
        ((429, ""), ModelUnreachable, "too many requests"),
        ((500, ""), ModelUnreachable, "out of order"),
        ((503, ""), ModelUnreachable, r"out of order \(error 503\)"),
        ((403, ""), ModelAccessDenied, "refuses access"),
        ((410, ""), ModelUnreachable, "410"),
    ],
)
def test_an_answer_of_the_hub_is_not_a_missing_network(
    hub: Hub, answer: tuple[int, str], error: type[ModelError], cause: str
) -> None:
    hub.refuses["a/b"] = answer
    with pytest.raises(error, match=cause) as raised:
        raise _failure() or AssertionError
    assert "internet" not in str(raised.value)


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("token", ["hf_expired", "hf_é"])
def test_a_bad_token_is_the_tokens_fault(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    assert _failure() is None
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(ModelAccessDenied, match=r"your token.*unset HF_TOKEN"):
        raise _failure() or AssertionError


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(
    ("variable", "value", "cause"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "pip install socksio"),
        ("HTTP_PROXY", "ftp://127.0.0.1:9", "Correct or unset it"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem", "SSL_CERT_FILE"),
    ],
)
def test_a_bad_way_to_the_hub_is_no_damaged_file(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, cause: str
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(ModelUnreachable, match=cause):
        raise _failure() or AssertionError


@pytest.mark.parametrize(
    ("error", "kind", "cause"),
    [
        (ssl.SSLCertVerificationError("self-signed"), ModelUnreachable, "certificate"),
        (TimeoutError("slow"), ModelUnreachable, "does not answer in time"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), ModelUnreachable, "disk is full"),
        (RuntimeError("No space left on device (os error 28)"), ModelUnreachable, "disk is full"),
        (PermissionError(errno.EACCES, "Denied", "/m/unet"), ModelBroken, "'/m/unet' is refused"),
        (OSError(errno.EROFS, "Read-only", "/m/refs"), ModelBroken, "'/m/refs' is refused"),
    ],
)
def test_trouble_on_this_machine_and_on_the_way_has_its_own_name(
    error: Exception, kind: type[ModelError], cause: str
) -> None:
    outer = RuntimeError("cannot load")
    outer.__cause__ = error
    with pytest.raises(kind, match=cause):
        raise load_failure("a/b", outer)
