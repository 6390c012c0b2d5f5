"""Turn failures of the device, the hub or memory into errors with plain messages.

Generators and classifiers share these.
"""

import errno
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from explorer.errors import (
    InvalidData,
    ModelAccessDenied,
    ModelBroken,
    ModelError,
    ModelNotFound,
    ModelUnreachable,
    OutOfMemory,
)
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MEMORY_TEXTS = ("out of memory", "can't allocate memory", "cannot allocate memory")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
# The hub client raises these when the hub does not answer. They are matched by name because the
# client has changed its HTTP library before.
_NO_ANSWER = {
    "LocalEntryNotFoundError",
    "RevisionResolutionError",
    "TransportError",
    "ConnectionError",
    "URLError",
}
_TIMED_OUT = {"TimeoutException", "TimeoutError"}


def require_device(device: str) -> None:
    """Refuse a device that the installed torch cannot use.

    Raises:
        InvalidData: the message names the setting to change.
    """
    import torch

    usable = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if device in usable and not usable[device]():
        raise InvalidData(
            _(
                "The installed torch {version} cannot use the device {device!r}. Set "
                "EXPLORER_DEVICE=cpu, or install a build of torch that supports it."
            ).format(version=torch.__version__, device=device)
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
    if any(out_of_memory(link) for link in chain):
        return OutOfMemory(
            f"The model {name!r} does not fit into memory. Close other programs, choose a smaller "
            "model, or use a machine with more memory."
        )
    kinds = {kind for link in chain for kind in _names(link)}
    page = f"https://huggingface.co/{repo or name}"
    return (
        _machine_failure(name, chain)
        or _way_failure(name, chain)
        or _refusal(name, page, kinds)
        or _bad_answer(name, page, chain)
        or _no_answer(name, kinds)
        or ModelBroken(
            f"The model {name!r} cannot be loaded: its files are incomplete, damaged or of another "
            "kind. Save or download it again, or choose another model. Details: "
            f"{first_line(error)}"
        )
    )


def unreadable(path: object, error: BaseException) -> ModelBroken:
    """Return the error to raise when a file or folder of a model may not be read or written."""
    return ModelBroken(
        f"Access to {str(path)!r} is refused ({getattr(error, 'strerror', None) or error}). Give "
        "your user access to it, or keep the model in a folder of your own."
    )


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message as one sentence, at most 200 characters.

    A line that ends in a colon only announces the next one, so both are returned.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    shown = 2 if lines and lines[0].endswith(":") else 1
    text = (" ".join(lines[:shown]) or type(error).__name__)[:200]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _machine_failure(name: str, chain: "Sequence[BaseException]") -> ModelError | None:
    """Return the failure of this machine's own disk."""
    for link in chain:
        code = getattr(link, "errno", None)
        # The transfer library of the hub is not written in Python and gives the text alone.
        if code in _FULL or "No space left on device" in str(link):
            return ModelUnreachable(
                f"The model {name!r} cannot be downloaded: the disk is full. Free some space, or "
                "set HF_HOME to a folder on a larger disk."
            )
        # Without a file, it is a connection that a firewall forbids.
        if code in _DENIED and getattr(link, "filename", None):
            return unreadable(getattr(link, "filename", None), link)
    return None


def _way_failure(name: str, chain: "Sequence[BaseException]") -> ModelError | None:
    """Return the failure of what lies between this machine and the hub: token, proxy and TLS."""
    for link in chain:
        text = str(link)
        if isinstance(link, UnicodeEncodeError) or "Illegal header value" in text:
            return _bad_token(name)
        if isinstance(link, ImportError) and "socksio" in text:
            return ModelUnreachable(
                f"The model {name!r} cannot be downloaded: ALL_PROXY or HTTPS_PROXY names a SOCKS "
                "proxy, which needs the package socksio. Install it with 'pip install socksio', or "
                "name an HTTP proxy."
            )
        if "ProxyError" in _names(link) or "Unknown scheme for proxy" in text:
            return ModelUnreachable(
                f"The model {name!r} cannot be downloaded: the proxy that ALL_PROXY, HTTPS_PROXY "
                f"or HTTP_PROXY names does not work. Correct or unset it. Details: "
                f"{first_line(link)}"
            )
        # A missing file of certificates is an error without a file name.
        no_certificates = isinstance(link, FileNotFoundError) and text.endswith("or directory")
        if "SSLError" in _names(link) or "CERTIFICATE_VERIFY_FAILED" in text or no_certificates:
            return ModelUnreachable(
                f"The model {name!r} cannot be downloaded: the hub's certificate cannot be "
                "checked. Check this machine's clock; behind a company's proxy, set SSL_CERT_FILE "
                f"to the file of its certificates. Details: {first_line(link)}"
            )
    return None


def _refusal(name: str, page: str, kinds: set[str]) -> ModelError | None:
    """Return the failure that the hub itself gives a name."""
    if "DisabledRepoError" in kinds:
        return ModelAccessDenied(
            f"The hub has disabled the model {name!r}. Look at {page}, and choose another model."
        )
    if "GatedRepoError" in kinds:
        return ModelAccessDenied(
            f"The model {name!r} requires you to accept its licence. Accept it at {page}, then log "
            "in with 'hf auth login' or set HF_TOKEN, and try again. A fine-grained token must be "
            "allowed to read gated repositories."
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
    return None


def _bad_answer(name: str, page: str, chain: "Sequence[BaseException]") -> ModelError | None:
    """Return the failure behind an answer of the hub that says no more than a number."""
    answers = [link for link in chain if hasattr(getattr(link, "response", None), "status_code")]
    if not answers:
        return None
    response: Any = getattr(answers[0], "response")  # noqa: B009 - no type has it
    if (
        response.status_code == HTTPStatus.UNAUTHORIZED
        and "authorization" in response.request.headers
    ):
        return _bad_token(name)
    if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ModelAccessDenied(
            f"The hub refuses access to the model {name!r}. Log in with 'hf auth login', or set "
            f"HF_TOKEN to a token that may read it, and look at {page}."
        )
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return ModelUnreachable(
            f"The model {name!r} cannot be downloaded now: the hub answers that this address has "
            "sent too many requests. Wait some minutes and try again; with 'hf auth login' or "
            "HF_TOKEN the hub allows more."
        )
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelUnreachable(
            f"The model {name!r} cannot be downloaded now: the hub is out of order (error "
            f"{response.status_code}). Look at https://status.huggingface.co and try again later."
        )
    return ModelUnreachable(
        f"The model {name!r} cannot be downloaded: {first_line(answers[0])} Look at {page}."
    )


def _bad_token(name: str) -> ModelError:
    return ModelAccessDenied(
        f"The model {name!r} cannot be downloaded: the hub does not accept your token, which is "
        "mistyped, expired or revoked. Set HF_TOKEN to a valid token, or log in with 'hf auth "
        "login'; for a public model, unset HF_TOKEN or run 'hf auth logout'."
    )


def _no_answer(name: str, kinds: set[str]) -> ModelError | None:
    if "OfflineModeIsEnabled" in kinds:
        return ModelUnreachable(
            f"The model {name!r} is not on this machine and HF_HUB_OFFLINE forbids asking the hub. "
            "Unset it, or copy the model to this machine and set HF_HOME to its folder. The "
            "bundled models need no network."
        )
    if not kinds & (_NO_ANSWER | _TIMED_OUT):
        return None
    trouble = "does not answer in time" if kinds & _TIMED_OUT else "cannot be reached"
    return ModelUnreachable(
        f"The model {name!r} is not on this machine and the hub {trouble}. Connect to the internet "
        "and try again, or copy the model to this machine and set HF_HOME to its folder. The "
        "bundled models need no network."
    )


def _chain(error: BaseException) -> "Iterator[BaseException]":
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}
