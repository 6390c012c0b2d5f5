"""What this machine has for a run, what would stop one, and what to do about it.

Nothing is downloaded and no image is looked at. One question goes to the Hub: whose token is this?
"""

import os
import platform
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import InvalidData, StoreError, StoreUnwritable
from explorer.failures import first_line, require_device
from explorer.log import redacted
from explorer.models.backends import Diffusers
from explorer.models.speed import guessed_rate
from explorer.numbers import decimal
from explorer.settings import proxies, repository
from explorer.store.index import Store
from explorer.store.journal import JOURNAL
from explorer.store.opening import INDEX
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.settings import Settings

OK, NOTE, STOP = "ok", "note", "stop"

_GB = 1e9
# Stable Diffusion 1.5 in full precision: 4.3 GB of weights, and what a step needs.
_MODEL_MEMORY_BYTES = 8 * _GB
# The largest models of the catalogue take 7 GB on the Hub.
_MODEL_DISK_BYTES = 10 * _GB
# A batch of images, and the journal of the index.
_LEAST_DISK_BYTES = 0.1 * _GB
_HUB_SECONDS = 5.0
_INSTALL = "pip install -r requirements.txt -c constraints.txt"
_FULL = Diffusers("default", 25, 7.5, 512, 512, "float32")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Args:
        name: the thing.
        mark: "ok", "note" for what could be better, "stop" for what would stop a run.
        finding: what was found.
        remedy: what to do about it; nothing where all is well.
    """

    name: str
    mark: str
    finding: str
    remedy: str = ""


def examine(settings: "Settings") -> "Iterator[Check]":
    """Yield all checks, the quick ones first."""
    yield _python()
    yield _packages()
    yield _device(settings)
    if hasattr(os, "sysconf"):
        yield _memory()
    yield _folder(_("Cache folder"), settings.cache, _LEAST_DISK_BYTES, "EXPLORER_CACHE")
    yield _cache(settings.cache)
    yield _temporary()
    yield from _hub()


def _python() -> Check:
    said = platform.python_version()
    if sys.version_info[:2] == (3, 11):
        return Check("Python", OK, said)
    remedy = _("The tests run with Python 3.11: make PYTHON=/path/to/python3.11.")
    return Check("Python", NOTE, said, remedy)


def _packages() -> Check:
    """Compare what is installed with what requirements.txt pins."""
    name, pins = _("Packages"), _pins()
    found = {package: _version(package) for package in pins}
    missing = [package for package, installed in found.items() if installed is None]
    others = [
        _("{package} {installed} instead of {pinned}").format(
            package=package, installed=installed, pinned=pins[package]
        )
        for package, installed in found.items()
        if installed not in {None, pins[package]}
    ]
    remedy = _("Run `make run`, or `{command}`.").format(command=_INSTALL)
    if missing:
        return Check(name, STOP, _("not installed: {all}").format(all=", ".join(missing)), remedy)
    if others:
        return Check(name, NOTE, ", ".join(others), remedy)
    return Check(name, OK, _("all {number} as pinned").format(number=len(found)))


def _pins() -> dict[str, str]:
    lines = (repository() / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def _version(package: str) -> str | None:
    try:
        # A build says what it is for behind a plus.
        return version(package).partition("+")[0]
    except PackageNotFoundError:
        return None


def _device(settings: "Settings") -> Check:
    name, device = _("Device"), settings.device
    if settings.zero_gpu:
        return Check(name, OK, _("a GPU that the Space lends for each batch"))
    if _version("torch") is None:
        return Check(name, STOP, _("{device}, but no torch to use it").format(device=device))
    try:
        # Asking torch takes seconds, and about a CPU there is nothing to ask.
        return _cpu() if device == "cpu" else _accelerator(name, device)
    except InvalidData as error:
        return Check(name, STOP, device, str(error))


def _cpu() -> Check:
    minutes = 1 / guessed_rate(_FULL, "cpu") / 60
    finding = _(
        "cpu, {cores} cores: about {minutes} min for an image of Stable Diffusion 1"
    ).format(cores=os.cpu_count(), minutes=decimal(minutes, 0))
    if Path("/dev/nvidia0").exists():
        remedy = _("This torch is built for the CPU. Install the one for CUDA: pytorch.org.")
    elif (sys.platform, platform.machine()) == ("darwin", "arm64"):
        remedy = _("Set EXPLORER_DEVICE=mps to use the graphics processor.")
    else:
        remedy = _("An NVIDIA GPU takes a second. The bundled models are quick on a CPU too.")
    return Check(_("Device"), NOTE, finding, remedy)


def _accelerator(name: str, device: str) -> Check:
    """Raise InvalidData where the installed torch cannot use the device."""
    require_device(device)
    if device == "mps":
        return Check(name, OK, device)
    import torch

    free, total = torch.cuda.mem_get_info()
    finding = _("cuda, {card}, {free} of {total} GB free").format(
        card=torch.cuda.get_device_name(), free=_gb(free), total=_gb(total)
    )
    if free < _MODEL_MEMORY_BYTES / 2:
        return Check(name, NOTE, finding, _("End other programs that use it."))
    return Check(name, OK, finding)


def _memory() -> Check:
    name, total = _("Memory"), _memory_bytes()
    finding = _("{total} GB").format(total=_gb(total))
    if total < _MODEL_MEMORY_BYTES:
        remedy = _("The bundled models fit. Of the models on the Hub, choose small ones.")
        return Check(name, NOTE, finding, remedy)
    return Check(name, OK, finding)


def _memory_bytes() -> int:
    """Return the memory of the machine, or of the container where that is less."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    said = limit.read_text(encoding="ascii").strip() if limit.is_file() else ""
    return min(whole, int(said)) if said.isdecimal() else whole


def _folder(name: str, folder: Path, enough_bytes: float, variable: str) -> Check:
    """Look at the disk and the permissions of a folder, or of where it would be made."""
    folder = folder.expanduser().absolute()
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    finding = _("{folder}, {free} GB free").format(folder=str(folder), free=_gb(free))
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        remedy = _("It cannot be written. Give yourself permission, or set {variable}.")
        return Check(name, STOP, finding, remedy.format(variable=variable))
    if free < enough_bytes:
        remedy = _("Free some space, or set {variable} to a folder on a larger disk.")
        mark = STOP if free < _LEAST_DISK_BYTES else NOTE
        return Check(name, mark, finding, remedy.format(variable=variable))
    return Check(name, OK, finding)


def _cache(root: Path) -> Check:
    name, root = _("Cache"), root.expanduser()
    if not any((root / one).exists() for one in (INDEX, JOURNAL)):
        return Check(name, OK, _("empty; the first command fills it with the sample study"))
    try:
        with closing(Store.open(root)) as store:
            size, notices = store.size(), store.notices
    except StoreUnwritable as error:
        return Check(name, STOP, _("can only be looked at"), str(error))
    except StoreError as error:
        return Check(name, STOP, _("cannot be used"), str(error))
    finding = _("{images} images; `verify` checks each of them").format(images=size.images)
    return Check(name, NOTE if notices else OK, finding, " ".join(notices))


def _temporary() -> Check:
    name = _("Temporary files")
    try:
        return Check(name, OK, tempfile.gettempdir())
    except OSError as error:
        return Check(name, STOP, str(error), _("Free some space, or set TMPDIR."))


def _hub() -> "Iterator[Check]":
    """Yield the checks of models on the Hub: where they go, whether it answers, and the token."""
    if _version("huggingface_hub") is None:
        return
    from huggingface_hub import constants, get_token

    hub = Path(constants.HF_HUB_CACHE)
    yield _folder(_("Models of the Hub"), hub, _MODEL_DISK_BYTES, "HF_HOME")
    token, status = get_token(), None
    if constants.HF_HUB_OFFLINE:
        remedy = _("Models that are not on this machine need it: unset HF_HUB_OFFLINE.")
        yield Check("Hub", NOTE, _("not asked, as HF_HUB_OFFLINE is set"), remedy)
    else:
        address = redacted(constants.ENDPOINT)
        try:
            status = _ask_hub(constants.ENDPOINT, token)
            yield Check("Hub", OK, _("{address} answers").format(address=address))
        except Exception as error:  # noqa: BLE001 - its client has changed its HTTP library before
            yield _unreachable(address, redacted(first_line(error)))
    yield _token(status) if token else Check(_("Token"), OK, _("none; only gated models need one"))


def _ask_hub(address: str, token: str | None) -> int:
    """Return the status with which the Hub answers whose token this is."""
    from huggingface_hub import get_session

    headers = {"Authorization": f"Bearer {token}"} if token else None
    answer = get_session().get(f"{address}/api/whoami-v2", headers=headers, timeout=_HUB_SECONDS)
    return int(answer.status_code)


def _unreachable(address: str, reason: str) -> Check:
    finding = _("{address} does not answer: {reason}").format(address=address, reason=reason)
    remedy = _("Models on this machine and the bundled ones work. For others, go online.")
    if used := proxies():
        remedy += " " + _("It is asked through a proxy: {names}.").format(names=", ".join(used))
    return Check("Hub", NOTE, finding, remedy)


def _token(status: int | None) -> Check:
    """Judge the token by the Hub's answer, None where it gave none."""
    name = _("Token")
    if status == HTTPStatus.OK:
        return Check(name, OK, _("valid"))
    if status == HTTPStatus.UNAUTHORIZED:
        remedy = _("Even public models are refused with it: `hf auth login`, or unset HF_TOKEN.")
        return Check(name, STOP, _("not valid"), remedy)
    finding = _("there, but nobody has said whether it is valid")
    return Check(name, NOTE, finding, _("Ask again when the Hub answers."))


def _gb(size: float) -> str:
    return decimal(size / _GB, 1)
