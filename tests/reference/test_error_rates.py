import json
from pathlib import Path

import pytest

from explorer.errors import InvalidData
from explorer.perception.axes import load_axes
from explorer.perception.decide import instrument_name
from explorer.reference import error_rates
from explorer.reference.error_rates import errors_of, known_errors
from explorer.store.index import Store
from explorer.study import Study
from tests.fakes import fake_card

INSTRUMENTS = {"gender": "emoji-clip@1#2", "tone": "emoji-clip@1#3"}
GENDER = [[140, 5], [6, 139], [4, 6]]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(error_rates, "weights_folder", lambda _: tmp_path)
    return tmp_path / "errors.json"


def write(path: Path, instrument: str, kind: str = "nearest source") -> None:
    content = {
        "instrument": {"gender": instrument},
        "kind": kind,
        "pictures": 300,
        "confusion": {"gender": GENDER},
    }
    path.write_text(json.dumps(content), encoding="utf-8")


def test_errors_are_known_for_the_instrument_they_were_measured_with(path: Path) -> None:
    write(path, "emoji-clip@1#2")
    found = errors_of("emoji-even", INSTRUMENTS)
    assert list(found) == ["gender"]
    assert found["gender"].counts == ((140, 5), (6, 139), (4, 6))


def test_a_study_knows_the_errors_of_its_models_and_axes(path: Path, store: Store) -> None:
    write(path, instrument_name("fake-clip", load_axes()[0]))
    models = (fake_card("emoji-even"), fake_card("fake-b"))
    assert list(known_errors(Study(models, ("author",)), store)) == [("emoji-even", "gender")]


def test_without_a_file_nothing_is_known(path: Path) -> None:
    assert not path.exists()
    assert errors_of("emoji-even", INSTRUMENTS) == {}


def test_another_instrument_errs_otherwise(path: Path) -> None:
    write(path, "emoji-clip@0#2")
    assert errors_of("emoji-even", INSTRUMENTS) == {}


@pytest.mark.parametrize("model", ["emoji-even (guidance 3)", "owner/name", "./emoji-even"])
def test_another_model_or_setting_draws_otherwise(path: Path, model: str) -> None:
    write(path, "emoji-clip@1#2")
    assert errors_of(model, INSTRUMENTS) == {}


def test_a_broken_file_is_refused_and_not_ignored(path: Path) -> None:
    write(path, "emoji-clip@1#2", kind="guess")
    with pytest.raises(InvalidData, match="'kind' is 'guess'"):
        errors_of("emoji-even", INSTRUMENTS)
