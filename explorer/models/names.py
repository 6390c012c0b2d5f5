"""The names that people paste: hub ids and addresses are read, everything else is explained."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from string import whitespace
from urllib.parse import unquote, urlsplit

from explorer.errors import ModelNotFound
from explorer.failures import unreadable
from explorer.translations import gettext as _

_OWNER_AND_NAME = 2
# The hub has no longer ids, and no longer names of branches.
_HUB_ID = re.compile(
    r"(?P<repo>(?=[^@]{3,96}(?:@|\Z))(?!.*(?:--|\.\.))[A-Za-z0-9][\w.-]*/[\w.-]*\w)(?:@(?P<revision>[\w./-]{1,250}))?",
    re.ASCII,
)
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HUB_HOST = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)(?:/|$)|hf://", re.IGNORECASE
)
# What stands between a model and a revision in an address of the hub.
_AT_REVISION = {"tree", "blob", "resolve", "raw", "commit", "commits", "edit", "blame"}
_NO_MODELS = {"spaces", "datasets", "collections", "papers", "docs", "models", "blog", "posts"}
_WEB = re.compile(r"[a-z][a-z0-9+.-]*://|www\.", re.IGNORECASE)
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\")
_PATH_STARTS = ("/", ".", "~")


@dataclass(frozen=True, slots=True)
class HubName:
    """A model of the hub; `revision` is None for its newest version."""

    repo: str
    revision: str | None = None

    def __str__(self) -> str:
        """Return the text form, "owner/name" or "owner/name@revision"."""
        return f"{self.repo}@{self.revision}" if self.revision else self.repo

    @property
    def pinned(self) -> bool:
        """Whether it names a commit, whose files never change."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None


@dataclass(frozen=True, slots=True)
class FolderName:
    """A folder on this machine; `revision` is an earlier fingerprint of it, None for its own."""

    path: Path
    revision: str | None = None


def cleaned(name: str) -> str:
    """Return a name without the spaces and quotes that are pasted with it."""
    return name.strip(
        f"{whitespace}\"'`\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
    )


def hub_name(text: str) -> HubName | None:
    """Return the model that a hub id or an address of the hub names, None for any other text.

    Raises:
        ModelNotFound: it is an address of the hub, but not of a model.
    """
    host = _HUB_HOST.match(text)
    if host is None:
        return None if _WEB.match(text) else _hub_id(text)
    steps = [unquote(step) for step in urlsplit(f"//x/{text[host.end() :]}").path.split("/")]
    steps = [step for step in steps if step]
    found = _hub_id("/".join(steps))
    if found is None or steps[0] in _NO_MODELS:
        raise ModelNotFound(
            _(
                "{text!r:.200} is no address of a model. Open the page of the model on "
                "the hub and copy the id 'owner/name' at its top."
            ).format(text=text)
        )
    return found


def folder_name(text: str) -> FolderName | None:
    """Return the folder that a path names, whether it exists or not; None for any other text.

    Raises:
        ModelNotFound: it is a path that cannot exist on this machine.
        ModelBroken: a folder above it may not be read.
    """
    if text.lower().startswith("file://"):
        return FolderName(_expanded(unquote(urlsplit(text).path)))
    if is_folder(text):
        return FolderName(_expanded(text))
    before, _at, revision = text.rpartition("@")
    if _FINGERPRINT.fullmatch(revision) and is_folder(before):
        return FolderName(_expanded(before), revision)
    foreign = _WINDOWS.match(text) or ("\\" in text and "/" not in text)
    if foreign and os.name != "nt":
        raise ModelNotFound(
            _(
                "{text!r:.200} is a path of Windows, and this machine is not one of "
                "Windows. Give the path of the folder here, with '/' between its parts "
                "(in WSL, 'C:' is '/mnt/c')."
            ).format(text=text)
        )
    return FolderName(_expanded(text)) if foreign or text.startswith(_PATH_STARTS) else None


def is_folder(path: str) -> bool:
    """Return whether there is a folder of that name.

    Raises:
        ModelBroken: a folder above it may not be read.
    """
    try:
        return bool(path) and Path(path).expanduser().is_dir()
    except PermissionError as error:
        raise unreadable(path, error) from error
    # Too long a name, or the home of an unknown user.
    except (OSError, RuntimeError):
        return False


def refuse_address(text: str) -> None:
    """Refuse what looks like the address of a model, but cannot be one.

    Raises:
        ModelNotFound: the message says what it is and what to give instead.
    """
    if "civitai" in text.lower() or text.lower().startswith("urn:air:"):
        raise ModelNotFound(
            _(
                "{text!r:.200} is an address of Civitai, whose models are single "
                "files. Look for the same model on the Hugging Face hub and give its "
                "id 'owner/name', or convert the file with diffusers' from_single_file "
                "and save_pretrained, and give that folder."
            ).format(text=text)
        )
    if _WEB.match(text):
        raise ModelNotFound(
            _(
                "{text!r:.200} is a web address. Only models of the Hugging Face hub "
                "can be fetched: give the id 'owner/name', or the path of a folder on "
                "this machine."
            ).format(text=text)
        )
    if text.count("/") >= _OWNER_AND_NAME:
        raise ModelNotFound(
            _(
                "{text!r:.200} is not on this machine: there is no folder of that path "
                "here. A model of the hub has the form 'owner/name'."
            ).format(text=text)
        )


def in_local_cache(repo: str) -> bool:
    """Return whether the hub's local cache holds files of a model."""
    from huggingface_hub import constants

    return is_folder(f"{constants.HF_HUB_CACHE}/models--{repo.replace('/', '--')}")


def locally_cached() -> tuple[str, ...]:
    """Return the models for images that the hub's local cache holds files of, sorted."""
    from huggingface_hub import constants

    found = Path(constants.HF_HUB_CACHE).glob("models--*--*/snapshots/*/model_index.json")
    names = {path.parents[2].name.removeprefix("models--") for path in found}
    return tuple(sorted(name.replace("--", "/") for name in names))


def _hub_id(text: str) -> HubName | None:
    before, _at, revision = text.partition("@")
    owner_and_name, others = "/".join(before.split("/")[:2]), before.strip("/").split("/")[2:]
    if others and others[0] in _AT_REVISION:
        # A pull request is at "refs/pr/1".
        revision = "/".join(others[1:4] if others[1:2] == ["refs"] else others[1:2])
        revision = "" if revision == "main" else revision
    elif others and others[0] != "discussions":
        return None
    name = f"{owner_and_name.removesuffix('.git')}@{revision}".removesuffix("@")
    found = _HUB_ID.fullmatch(name)
    return HubName(found["repo"], found["revision"]) if found else None


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelNotFound(
            _(
                "{path!r:.200} cannot be the path of a folder ({error!s:.200}). Give "
                "the path of a model folder, or a hub id 'owner/name'."
            ).format(path=path, error=error)
        ) from error
