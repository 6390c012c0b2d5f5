"""Fingerprints of model folders: the contents of the files that change pixels or answers.

Reading gigabytes takes long, so the digest of each file is kept on this machine, beside the facts
by which the file system tells that the file has changed.
"""

import hashlib
import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer import settings as machine
from explorer.errors import StoreUnwritable
from explorer.json_files import write_object
from explorer.models.folders import listed, read_config
from explorer.models.weights import INDEX, is_text, loaded_files

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = "digests.json"
_MOST = 4096

_log = logging.getLogger(__name__)


def pipeline_fingerprint(folder: Path, dtype: str) -> str:
    """Return 16 hexadecimal digits that change with what a pipeline is loaded from.

    Args:
        folder: a safe model folder.
        dtype: decides which variant of the weights is loaded.
    """
    index = read_config(folder / INDEX)
    return _fingerprint(folder, loaded_files(str(folder), listed(folder), index, dtype))


def flat_fingerprint(folder: Path) -> str:
    """Return 16 hexadecimal digits that change with weights, configuration and tokenizer.

    The folder is that of a classifier or a language model, which have no components.
    """
    files = (file for file in listed(folder) if "/" not in file)
    own = (file for file in files if is_text(file) or file.endswith(".safetensors"))
    return _fingerprint(folder, own)


def _fingerprint(folder: Path, files: "Iterable[str]") -> str:
    facts = [(file, _digest((folder / file).resolve())) for file in files]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _digest(path: Path) -> str:
    status = path.stat()
    return _digest_of(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=_MOST)
def _digest_of(path: Path, *facts: int) -> str:
    """Return the SHA-256 of a file that has these facts."""
    kept = _read()
    found = kept.get(str(path))
    if isinstance(found, list) and found[:-1] == list(facts):
        return str(found[-1])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write({**kept, str(path): [*facts, digest]})
    return digest


def _read() -> dict[str, Any]:
    try:
        kept = json.loads((machine.own_cache() / _KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(digests: dict[str, Any]) -> None:
    """Keep the digests; two processes at once may lose one, which is then made again."""
    try:
        write_object(machine.own_cache() / _KEPT, digests)
    except StoreUnwritable as error:
        _log.warning("The digests of model files are made anew at each start. %s", error)
