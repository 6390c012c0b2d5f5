"""A file that records runs: their settings, warnings of libraries, and errors with tracebacks.

Keys, tokens and passwords are left out, so that the file can be sent to someone who helps.
"""

import logging
import platform
import re
import shlex
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from explorer import __version__
from explorer.errors import InvalidData
from explorer.settings import secrets
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_HIDDEN = "[hidden]"
_LIBRARIES = ("torch", "diffusers", "transformers", "open_clip_torch", "huggingface_hub", "gradio")
# They keep what they say from all others.
_RESERVED = ("diffusers", "transformers")
_SECRET = re.compile(
    r"\b(?:hf|api_org|sk)[_-][\w-]{8,}"
    r"|(?<=://)[^/\s@]+(?=@)"
    r"|(?<=bearer )[^\s'\"]+"
    r"|(?<=token=)[^&\s'\"]+|(?<=key=)[^&\s'\"]+|(?<=signature=)[^&\s'\"]+",
    re.IGNORECASE,
)

_log = logging.getLogger(__name__)


def redacted(text: str) -> str:
    """Return a text without the keys, tokens and passwords in it."""
    for secret in secrets():
        text = text.replace(secret, _HIDDEN)
    return _SECRET.sub(_HIDDEN, text)


def quieten(names: "Iterable[str]") -> None:
    """Let loggers of libraries report errors only."""
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)


@contextmanager
def recorded(path: "Path | None", words: "Sequence[str]") -> "Iterator[None]":
    """Record in a file, after what is in it, all that the block logs and raises.

    Args:
        path: the file; None records nothing.
        words: the command line.

    Raises:
        InvalidData: the file cannot be written.
    """
    if path is None:
        yield
        return
    with _recording(path):
        _log.info("Bias Explorer %s: %s", __version__, shlex.join(words))
        _log.info("%s, Python %s, %s", platform.platform(), platform.python_version(), _libraries())
        try:
            yield
        except KeyboardInterrupt:
            _log.info("Interrupted.")
            raise
        except Exception as error:
            _log.exception("%s", type(error).__name__)
            raise


@contextmanager
def _recording(path: "Path") -> "Iterator[None]":
    try:
        handler = _File(path, encoding="utf-8")
    except OSError as error:
        pattern = _("The log file {path!r} cannot be written: {error}. Choose another with --log.")
        raise InvalidData(pattern.format(path=str(path), error=error)) from error
    handler.setFormatter(_Redacted(_FORMAT))
    loggers = [logging.getLogger(name) for name in (None, *_RESERVED)]
    level = loggers[0].level
    loggers[0].setLevel(logging.INFO)
    for logger in loggers:
        logger.addHandler(handler)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        for logger in loggers:
            logger.removeHandler(handler)
        loggers[0].setLevel(level)
        handler.close()


class _File(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Let no full disk end or drown a run."""


class _Redacted(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _libraries() -> str:
    return ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
