"""Where things lie and what a machine has, in a Space too."""

import os
import tempfile
from pathlib import Path

import pytest

from explorer import settings
from explorer.errors import InvalidData
from explorer.rules import Mode
from explorer.settings import Address, Settings, own_cache, space_cache


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the folders that cannot be written; whoever is root could write any other."""
    folders: list[Path] = []

    def access(path: Path, mode: int) -> bool:
        return path not in folders and real(path, mode)

    real = os.access
    monkeypatch.setattr(os, "access", access)
    return folders


def test_the_cache_lies_beside_the_code_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EXPLORER_CACHE", str(tmp_path))
    assert settings.load().cache == tmp_path
    assert settings.load(tmp_path / "other").cache == tmp_path / "other"
    monkeypatch.delenv("EXPLORER_CACHE")
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert settings.load().cache == settings.repository() / "cache"


@pytest.mark.parametrize("name", ["~nosuchuser/x", "a\0b", "a\ud800"])
def test_a_cache_that_no_folder_can_be_called_is_refused(name: str) -> None:
    with pytest.raises(InvalidData, match=r"No folder can be called .* Choose another one with"):
        settings.load(Path(name))


@pytest.mark.parametrize("batch", ["0", "-1", "many", "9" * 5_000])
def test_a_batch_that_is_no_number_above_0_is_refused(
    monkeypatch: pytest.MonkeyPatch, batch: str
) -> None:
    monkeypatch.setenv("EXPLORER_BATCH", batch)
    with pytest.raises(InvalidData, match="Set it to a whole number above 0"):
        settings.load()


def test_in_a_space_a_named_cache_is_used(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("SPACE_ID", "someone/bias-explorer")
    assert settings.load().cache == cache


def test_in_a_space_the_cache_lies_in_its_storage(tmp_path: Path) -> None:
    assert space_cache(tmp_path, tmp_path / "app").is_relative_to(tmp_path)


def test_a_space_without_storage_keeps_the_cache_where_it_can_write(
    tmp_path: Path, unwritable: list[Path]
) -> None:
    assert space_cache(tmp_path / "absent", tmp_path) == tmp_path
    unwritable.append(tmp_path)
    assert space_cache(tmp_path, tmp_path).is_relative_to(tempfile.gettempdir())
    assert not space_cache(tmp_path, tmp_path).is_relative_to(tmp_path)


def test_a_cache_in_a_storage_that_cannot_be_written_any_more_is_still_found(
    tmp_path: Path, unwritable: list[Path]
) -> None:
    (tmp_path / "bias-explorer").mkdir()
    unwritable.append(tmp_path)
    assert space_cache(tmp_path, tmp_path / "app") == tmp_path / "bias-explorer"


def test_a_space_that_lends_its_graphics_card_has_a_processor_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    lent = settings.load()
    assert (lent.device, lent.own_device) == ("cuda", "cpu")
    assert Settings(Path("unused"), "cuda", 32).own_device == "cuda"


def test_where_the_electricity_comes_from_is_read_and_never_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("EXPLORER_COUNTRY", raising=False)
    monkeypatch.setenv("EXPLORER_REGION", "")
    assert (settings.load().country, settings.load().region) == (None, None)
    monkeypatch.setenv("EXPLORER_COUNTRY", "USA")
    monkeypatch.setenv("EXPLORER_REGION", "california")
    assert (settings.load().country, settings.load().region) == ("USA", "california")


def test_facts_about_files_are_kept_for_each_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert own_cache() == tmp_path / "bias-explorer"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert own_cache() == tmp_path / ".cache/bias-explorer"


def test_a_user_without_a_home_keeps_them_in_the_temporary_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert own_cache().is_relative_to(tempfile.gettempdir())


def test_an_address_is_told_by_options_or_by_what_a_space_sets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NAME", "PORT"):
        monkeypatch.delenv(f"GRADIO_SERVER_{name}", raising=False)
    assert settings.address() == Address("127.0.0.1", None, "")
    monkeypatch.setenv("GRADIO_SERVER_NAME", "0.0.0.0")  # noqa: S104 - what a Space sets
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7861")
    assert settings.address() == Address("0.0.0.0", 7861, "")  # noqa: S104
    assert settings.address("[::1]", 7862) == Address("::1", 7862, "")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", ""),
        ("/", ""),
        ("bias", "/bias"),
        ("/bias/", "/bias"),
        ("https://example.org/bias/", "https://example.org/bias"),
    ],
)
def test_a_path_in_front_is_understood_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, said: str, meant: str
) -> None:
    monkeypatch.setenv("GRADIO_ROOT_PATH", said)
    assert settings.address().root_path == meant


def test_a_port_that_is_no_number_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_SERVER_PORT", "auto")
    with pytest.raises(InvalidData, match="GRADIO_SERVER_PORT is 'auto'"):
        settings.address()


def test_what_services_may_cost_is_nothing_unless_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = settings.load()
    assert (found.max_cost_usd, found.price_usd, found.at_once) == (None, None, 4)
    monkeypatch.setenv("EXPLORER_MAX_COST", "5")
    monkeypatch.setenv("EXPLORER_PRICE", "0.04")
    monkeypatch.setenv("EXPLORER_AT_ONCE", "2")
    found = settings.load()
    assert (found.max_cost_usd, found.price_usd, found.at_once) == (5, 0.04, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EXPLORER_MAX_COST", "a lot"),
        ("EXPLORER_MAX_COST", "-1"),
        ("EXPLORER_PRICE", "nan"),
        ("EXPLORER_AT_ONCE", "0"),
    ],
)
def test_an_amount_that_is_none_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidData, match=name):
        settings.load()


@pytest.mark.parametrize(
    ("said", "space", "mode"),
    [
        ("", "", Mode.HOME),
        ("1", "", Mode.PUBLIC),
        ("read-only", "", Mode.READ_ONLY),
        ("", "someone/bias-explorer", Mode.PUBLIC),
        ("0", "someone/bias-explorer", Mode.HOME),
    ],
)
def test_a_space_is_public_unless_its_owner_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, said: str, space: str, mode: Mode
) -> None:
    monkeypatch.setenv("EXPLORER_PUBLIC", said)
    monkeypatch.delenv("SPACE_ID", raising=False)
    if space:
        monkeypatch.setenv("SPACE_ID", space)
    found = settings.load()
    assert found.mode is mode
    assert found.is_public is (mode is not Mode.HOME)


def test_a_mode_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_PUBLIC", "yes")
    with pytest.raises(InvalidData, match="EXPLORER_PUBLIC is 'yes'"):
        settings.load()


@pytest.mark.parametrize(
    ("named", "space", "hosts"),
    [
        ("", None, ()),
        ("bias.example.org, .example.net,", None, ("bias.example.org", ".example.net")),
        ("", "a-b.hf.space,bias.org", ("a-b.hf.space", "bias.org", ".hf.space")),
    ],
)
def test_the_page_has_the_names_of_its_operator_and_of_a_space(
    monkeypatch: pytest.MonkeyPatch, named: str, space: str | None, hosts: tuple[str, ...]
) -> None:
    monkeypatch.setenv("EXPLORER_HOSTS", named)
    for name, value in (("SPACE_ID", "a/b" if space else None), ("SPACE_HOST", space)):
        monkeypatch.delenv(name, raising=False)
        if value:
            monkeypatch.setenv(name, value)
    found = settings.address()
    assert found.hosts == hosts
    assert found.in_space is bool(space)
