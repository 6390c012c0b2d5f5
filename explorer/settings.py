"""Paths, limits, device and address, as the environment sets them."""

import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from explorer.environment import dollars, is_on, names, number, whole
from explorer.errors import InvalidData, ServeError
from explorer.rules import Mode, Rules, page_mode, page_rules
from explorer.translations import SOURCE, known
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_IMAGES_PER_PROMPT = 1000
# A file in the cache: pages end the runs that were begun before it was last touched.
STOP_RUNS = "stop-runs"
OPENAI_ADDRESS = "https://api.openai.com/v1"
_THIS_MACHINE = "127.0.0.1"
_PROXY = re.compile("(?:http|https|all)_proxy", re.IGNORECASE)
_SECRET = re.compile("(?:TOKEN|KEY|SECRET|PASSWORD)S?$", re.IGNORECASE)
# Anything shorter would be found in words.
_SHORTEST_SECRET = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that differ between machines.

    With `zero_gpu`, the device is a GPU that a Space provides for one batch at a time. `country`
    and `region` say where the electricity comes from, for the footprint; nobody guesses them.

    `pue` is the energy of the data centre for each unit that its computers use, and with `meter`
    the energy of runs is measured.

    Three concern services that generate images: `max_cost_usd` is the most that may be spent, None
    for nothing; `price_usd` is the price of an image, None for the listed one; `at_once` is the
    number of requests that are sent at the same time.

    With `mcp`, programs can use the page's functions through the Model Context Protocol.
    """

    cache: Path
    device: str
    batch: int
    zero_gpu: bool = False
    country: str | None = None
    region: str | None = None
    pue: float = 1.0
    meter: bool = True
    max_cost_usd: float | None = None
    price_usd: float | None = None
    at_once: int = 4
    mode: Mode = Mode.HOME
    rules: Rules = field(default_factory=Rules)
    mcp: bool = False

    @property
    def is_public(self) -> bool:
        """Whether anybody can open the page."""
        return self.mode is not Mode.HOME

    @property
    def own_device(self) -> str:
        """The device that is always available."""
        return "cpu" if self.zero_gpu else self.device


def repository() -> Path:
    """Return the folder that holds app.py, professions.json and adjectives.json."""
    return Path(__file__).resolve().parents[1]


def load(cache: Path | None = None) -> Settings:
    """Read the environment: the variables of the README's table, and those that a Space sets.

    Args:
        cache: the folder for images and index; overrides EXPLORER_CACHE.

    Raises:
        InvalidData: a variable has a value that it cannot have, or no folder can have the name.
    """
    zero_gpu = os.environ.get("SPACES_ZERO_GPU", "").lower() in {"1", "t", "true"}
    device = os.environ.get("EXPLORER_DEVICE") or ("cuda" if zero_gpu else _device())
    if device not in {"cpu", "cuda", "mps"}:
        raise InvalidData(
            _("EXPLORER_DEVICE is {device!r}. Set it to 'cpu', 'cuda' or 'mps'.").format(
                device=device
            )
        )
    app = repository() / "cache"
    default = space_cache(Path("/data"), app) if "SPACE_ID" in os.environ else app
    root = cache or Path(os.environ.get("EXPLORER_CACHE") or default)
    mode = page_mode()
    return Settings(
        cache=_possible(root),
        device=device,
        batch=whole("EXPLORER_BATCH", 32),
        zero_gpu=zero_gpu,
        country=os.environ.get("EXPLORER_COUNTRY") or None,
        region=os.environ.get("EXPLORER_REGION") or None,
        pue=number("EXPLORER_PUE", 1.0),
        meter=is_on("EXPLORER_METER"),
        max_cost_usd=dollars("EXPLORER_MAX_COST"),
        price_usd=dollars("EXPLORER_PRICE"),
        at_once=whole("EXPLORER_AT_ONCE", 4),
        mode=mode,
        rules=page_rules(mode),
        mcp=is_on("EXPLORER_MCP", "off" if mode is not Mode.HOME else "on"),
    )


def spoken(words: "Sequence[str]" = ()) -> str:
    """Return the language of the command line: --language, EXPLORER_LANGUAGE, or the machine's.

    Args:
        words: what stands behind the name of the program.
    """
    pairs = zip((*words, ""), (*words[1:], "", ""), strict=False)
    said = [after for word, after in pairs if word == "--language"]
    said += [word.removeprefix("--language=") for word in words if word.startswith("--language=")]
    names = ("EXPLORER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    # As everywhere, the first variable that is set counts.
    first = next(filter(None, (*said, *map(os.environ.get, names))), "")
    return known(first) or SOURCE


def secret(name: str) -> str | None:
    """Return the key of a service from the environment, None without one; it is never kept."""
    return os.environ.get(name, "").strip() or None


def openai_address() -> str:
    """Return the address that speaks OpenAI's protocol."""
    return os.environ.get("OPENAI_BASE_URL", "").strip() or OPENAI_ADDRESS


def space_cache(storage: Path, app: Path) -> Path:
    """Return the folder for images and index in a Space, where some folders are read-only.

    Args:
        storage: the mount point of persistent storage, which not every Space has.
        app: the cache folder beside the code.
    """
    # A cache in storage that can no longer be written is still read.
    if os.access(storage, os.W_OK) or (storage / "bias-explorer").is_dir():
        return storage / "bias-explorer"
    return app if os.access(app, os.W_OK) else Path(gettempdir()) / "bias-explorer"


def own_cache() -> Path:
    """Return the folder for facts about this machine's files, which take long to find again."""
    try:
        home = Path.home()
    except RuntimeError:
        home = Path(gettempdir())
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "bias-explorer"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is served.

    Args:
        host: the address to listen on.
        port: the port; None for the first free one from 7860.
        root_path: what a proxy puts before every path, "/bias" for instance, or the whole public
            address.
        hosts: other names under which it is asked for; ".example.org" stands for all that end so.
        in_space: whether the Hub shows it in a frame.
    """

    host: str = _THIS_MACHINE
    port: int | None = None
    root_path: str = ""
    hosts: tuple[str, ...] = ()
    in_space: bool = False


def address(host: str | None = None, port: int | None = None) -> Address:
    """Read GRADIO_SERVER_NAME, GRADIO_SERVER_PORT, GRADIO_ROOT_PATH and the names of hosts.

    Args:
        host: overrides GRADIO_SERVER_NAME.
        port: overrides GRADIO_SERVER_PORT.

    Raises:
        InvalidData: the port is not a number.
    """
    host = host or os.environ.get("GRADIO_SERVER_NAME") or _THIS_MACHINE
    said = os.environ.get("GRADIO_SERVER_PORT", "")
    if port is None and said:
        if not said.isdecimal():
            raise InvalidData(
                _("GRADIO_SERVER_PORT is {said!r}. Set it to a port, such as 7860.").format(
                    said=said
                )
            )
        port = int(said)
    root = os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/")
    whole = urlsplit(root).scheme in {"http", "https"}
    root = root if whole or not root else f"/{root.lstrip('/')}"
    return Address(host.strip("[]"), port, root, _hosts(), "SPACE_ID" in os.environ)


def _hosts() -> tuple[str, ...]:
    """Return the hosts of EXPLORER_HOSTS, and those of a Space, which has one or several."""
    said = [os.environ.get(name, "") for name in ("EXPLORER_HOSTS", "SPACE_HOST")]
    of_space = [".hf.space"] if "SPACE_ID" in os.environ else []
    return tuple(filter(None, (one.strip() for one in [*",".join(said).split(","), *of_space])))


@contextmanager
def own_gradio() -> "Iterator[None]":
    """Keep Gradio away from what is meant for other programs, its temporary folder included.

    Its variables could publish files or the page (GRADIO_ALLOWED_PATHS, GRADIO_SHARE), and its
    usual folder may belong to somebody else. Gradio reads both while it is imported.

    Raises:
        ServeError: there is no folder for temporary files.
    """
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    try:
        folder = TemporaryDirectory(prefix="bias-explorer-", ignore_cleanup_errors=True)
    except OSError as error:
        pattern = _(
            "The page needs a folder for temporary files, and there is none ({error}). Free some "
            "space, or set TMPDIR to a folder that can be written."
        )
        raise ServeError(pattern.format(error=error)) from error
    with folder as path:
        os.environ["GRADIO_TEMP_DIR"] = path
        # Without a home, matplotlib makes a temporary folder of its own and leaves it behind.
        if not os.access(f"{Path.home()}/", os.W_OK):
            os.environ["MPLCONFIGDIR"] = path
        yield


@contextmanager
def without_proxies() -> "Iterator[None]":
    """Let no request of this process go through a proxy: Gradio asks its own server as it starts.

    To exempt this machine alone would not do. With a proxy of a kind that needs another package,
    even a direct connection fails.
    """
    # Where both are set, the small letters count.
    before = os.environ.get("no_proxy")
    os.environ["no_proxy"] = "*"
    try:
        yield
    finally:
        if before is None:
            del os.environ["no_proxy"]
        else:
            os.environ["no_proxy"] = before


def log_file(path: Path | None = None) -> Path | None:
    """Return the file to log into: EXPLORER_LOG unless a path is given, None for no log."""
    said = os.environ.get("EXPLORER_LOG")
    return path or (Path(said) if said else None)


def secrets() -> list[str]:
    """Return the values of the variables whose names say that they hold a key or a token."""
    said = [text.strip() for name, text in os.environ.items() if _SECRET.search(name)]
    said += [account.partition(":")[2] for account in names("EXPLORER_AUTH")]
    return [text for text in said if len(text) >= _SHORTEST_SECRET]


def proxies() -> list[str]:
    """Return the names of the variables that send requests through a proxy."""
    return sorted(name for name, text in os.environ.items() if text and _PROXY.fullmatch(name))


def _possible(folder: Path) -> Path:
    """Return the folder, its "~" replaced, whether it exists or not."""
    try:
        found = folder.expanduser()
        with suppress(OSError):
            found.stat()
    except (RuntimeError, ValueError) as error:
        raise InvalidData(
            _(
                "No folder can be called {folder!r:.200} ({error}). Choose another one "
                "with --cache or EXPLORER_CACHE."
            ).format(folder=str(folder), error=error)
        ) from error
    return found


def _device() -> str:
    # Asking torch would take seconds on every start; the driver's device file and the version of
    # the installed build give the same answer.
    try:
        cpu_build = version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return "cpu"
    return "cuda" if Path("/dev/nvidia0").exists() and not cpu_build else "cpu"
