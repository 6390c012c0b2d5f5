import errno

import pytest

from explorer.errors import (
    InvalidData,
    ModelBroken,
    ModelUnreachable,
    OutOfMemory,
)
from explorer.failures import first_line, load_failure, out_of_memory, require_device


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
