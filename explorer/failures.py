"""Turn failures of the device, the hub or memory into errors with plain messages.

Generators and classifiers share these.
"""

import errno
from typing import TYPE_CHECKING

from explorer.errors import (
    InvalidData,
    ModelAccessDenied,
    ModelBroken,
    ModelError,
    ModelNotFound,
    ModelUnreachable,
    OutOfMemory,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMORY_TEXTS = ("out of memory", "can't allocate memory", "cannot allocate memory")
# The hub client raises these when the hub does not answer. They are matched by name because the
# client has changed its HTTP library before.
_NO_ANSWER = {
    "LocalEntryNotFoundError",
    "OfflineModeIsEnabled",
    "RevisionResolutionError",
    "TransportError",
    "ConnectionError",
    "TimeoutError",
    "URLError",
}


def require_device(device: str) -> None:
    """Refuse a device that the installed torch cannot use.

    Raises:
        InvalidData: the message names the setting to change.
    """
    import torch

    usable = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if device in usable and not usable[device]():
        raise InvalidData(
            f"The installed torch {torch.__version__} cannot use the device {device!r}. "
            "Set EXPLORER_DEVICE=cpu, or install a build of torch that supports it."
        )


def out_of_memory(error: BaseException) -> bool:
    """Return whether an error means that CPU or GPU memory ran out."""
    if isinstance(error, MemoryError) or "OutOfMemoryError" in _names(error):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(sign in text for sign in _MEMORY_TEXTS)


def load_failure(name: str, error: BaseException, repo: str | None = None) -> ModelError:
    """Return the error to raise when a model could not be loaded.

    Args:
        name: the name of the model in messages.
        error: the exception of the model's library; the exceptions that caused it count too.
        repo: the model's hub id, None if it is the name.
    """
    chain = tuple(_chain(error))
    names = {kind for link in chain for kind in _names(link)}
    if any(out_of_memory(link) for link in chain):
        return OutOfMemory(
            f"The model {name!r} does not fit into memory. Close other programs, choose a smaller "
            "model, or use a machine with more memory."
        )
    if any(getattr(link, "errno", None) == errno.ENOSPC for link in chain):
        return ModelUnreachable(
            f"The model {name!r} cannot be downloaded: the disk is full. Free some space, or set "
            "HF_HOME to a folder on a larger disk."
        )
    page = f"https://huggingface.co/{repo or name}"
    codes = (getattr(getattr(link, "response", None), "status_code", None) for link in chain)
    status = next((code for code in codes if isinstance(code, int)), None)
    return _hub_failure(name, page, names, status) or ModelBroken(
        f"The model {name!r} cannot be loaded: its files are incomplete, damaged or of another "
        f"kind. Save or download it again, or choose another model. Details: {first_line(error)}"
    )


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message as one sentence, at most 200 characters.

    A line that ends in a colon only announces the next one, so both are returned.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    shown = 2 if lines and lines[0].endswith(":") else 1
    text = (" ".join(lines[:shown]) or type(error).__name__)[:200]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _hub_failure(name: str, page: str, kinds: set[str], status: int | None) -> ModelError | None:
    if kinds & {"GatedRepoError", "DisabledRepoError"}:
        return ModelAccessDenied(
            f"The model {name!r} requires you to accept its licence. Accept it at {page}, then log "
            "in with 'hf auth login' or set HF_TOKEN, and try again."
        )
    if "RevisionNotFoundError" in kinds:
        return ModelNotFound(
            f"The hub no longer has the requested version of the model {name!r}. Look at {page}."
        )
    if "RepositoryNotFoundError" in kinds:
        return ModelNotFound(
            f"There is no model {name!r} on the hub, or it is private. Check the spelling at "
            f"{page}; for a private model, log in with 'hf auth login' or set HF_TOKEN."
        )
    if status in {401, 403}:
        return ModelAccessDenied(
            f"The hub refuses access to the model {name!r}. Log in with 'hf auth login', or set "
            f"HF_TOKEN to a token that may read it, and look at {page}."
        )
    if kinds & _NO_ANSWER or status is not None:
        return ModelUnreachable(
            f"The model {name!r} is not on this machine and the hub cannot be reached. Connect to "
            "the internet and try again (HF_HUB_OFFLINE must not be set), or copy the model to "
            "this machine and set HF_HOME to its folder. The bundled models need no network."
        )
    return None


def _chain(error: BaseException) -> "Iterator[BaseException]":
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}
