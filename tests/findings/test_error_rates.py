import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.errors import InvalidData
from explorer.findings import error_rates
from explorer.findings.error_rates import errors_of, known_errors
from explorer.models.catalog import ModelCard, find_model
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.instruments import Instrument
from explorer.reference.design import BUNDLED
from explorer.store.index import Store
from explorer.study import Study
from tests.fakes import FAKE_CLIP, fake_card

CLIP = Instrument.parse("emoji-clip@1a2b3c4d#5e6f7a8b")
INSTRUMENTS = {"gender": CLIP, "tone": Instrument.parse("emoji-clip@1a2b3c4d#9c0d1e2f")}
GENDER = [[140, 5], [6, 139], [4, 6]]


def bundled(name: str = "emoji-even") -> ModelCard:
    return replace(fake_card(name), bundled=True)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(error_rates, "weights_folder", lambda _: tmp_path)
    return tmp_path / "errors.json"


def write(path: Path, instrument: Instrument, kind: str = "nearest source") -> None:
    content = {
        "instrument": {"gender": str(instrument)},
        "kind": kind,
        "images": 300,
        "confusion": {"gender": GENDER},
    }
    path.write_text(json.dumps(content), encoding="utf-8")


def test_errors_are_known_for_the_instrument_they_were_measured_with(path: Path) -> None:
    write(path, CLIP)
    found = errors_of(bundled(), INSTRUMENTS)
    assert list(found) == ["gender"]
    assert found["gender"].counts == ((140, 5), (6, 139), (4, 6))


def test_a_study_knows_the_errors_of_its_models_and_axes(path: Path, store: Store) -> None:
    write(path, Instrument.of(FAKE_CLIP, load_axes()[0]))
    models = (bundled(), fake_card("fake-b"))
    assert list(known_errors(Study(models, ("author",)), store)) == [("emoji-even", "gender")]


def test_without_a_file_nothing_is_known(path: Path) -> None:
    assert not path.exists()
    assert errors_of(bundled(), INSTRUMENTS) == {}


def test_behind_the_gate_the_errors_are_those_counted_there(path: Path) -> None:
    gate = Instrument.parse("subject: bundled art#3a4b5c6d")
    gated = {"gender": replace(CLIP, gate=gate)}
    write(path, CLIP)
    assert errors_of(bundled(), gated) == {}
    write(path.with_name("errors-gate.json"), gated["gender"])
    assert list(errors_of(bundled(), gated)) == ["gender"]
    assert list(errors_of(bundled(), INSTRUMENTS)) == ["gender"]


def test_another_instrument_errs_otherwise(path: Path) -> None:
    write(path, Instrument.parse("emoji-clip@00000000#5e6f7a8b"))
    assert errors_of(bundled(), INSTRUMENTS) == {}


@pytest.mark.parametrize("model", ["owner/name", "./emoji-even"])
def test_another_model_generates_otherwise(path: Path, model: str) -> None:
    write(path, CLIP)
    assert errors_of(fake_card(model), INSTRUMENTS) == {}


def test_with_another_setting_a_bundled_model_generates_otherwise() -> None:
    card = find_model("emoji-even", "cpu", guidance=3.0)
    study = Study((find_model("emoji-even", "cpu"),), ("author",))
    assert errors_of(card, study.instruments(card)) == {}
    assert errors_of(study.models[0], study.instruments(card)) != {}


def test_a_broken_file_is_refused_and_not_ignored(path: Path) -> None:
    write(path, CLIP, kind="guess")
    with pytest.raises(InvalidData, match="'kind' is 'guess'"):
        errors_of(bundled(), INSTRUMENTS)


@pytest.mark.parametrize("gate", [False, True])
@pytest.mark.parametrize("model", BUNDLED)
def test_the_errors_of_each_bundled_instrument_are_those_of_its_present_name(
    model: str, *, gate: bool
) -> None:
    card, axes = find_model(model, "cpu"), (*load_axes(), find_axis("pixel-tone"))
    study = Study((card,), ("author",), axes=axes, gate=gate)
    assert list(errors_of(card, study.instruments(card))) == ["gender", "tone", "pixel-tone"]


@pytest.mark.usefixtures("no_yunet")
def test_how_a_classifier_errs_on_generated_faces_alone_is_not_known() -> None:
    card = find_model("emoji-even", "cpu")
    study = Study((card,), ("author",), classifier="face")
    assert errors_of(card, study.instruments(card)) == {}
