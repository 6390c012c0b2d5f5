"""The bundled generators and the small CLIP, run for real: the golden run of the whole path."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from explorer import settings
from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.find import classifier_of, classifiers
from explorer.findings.findings import Findings
from explorer.generators.diffusion import DiffusionGenerator
from explorer.generators.find import generators
from explorer.models.catalog import find_model, weights_folder
from explorer.models.requests import ImageRequest
from explorer.perception.axes import find_axis
from explorer.reference.check import check
from explorer.reference.design import BUNDLED
from explorer.store.index import Store
from explorer.study import Study, run
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import spread_by_women


@cache
def shares(model: str, profession: str, images: int, guidance: float | None = None) -> float:
    """Generate images and return the share perceived as feminine among those answered."""
    card = find_model(model, "cpu", guidance=guidance)
    requests = [ImageRequest(card.spec, Prompt(profession, None), i) for i in range(images)]
    generated = list(DiffusionGenerator(card.spec, settings.load()).generate(requests))
    axis = find_axis("gender")
    seen = ClipClassifier(classifier_of(None, card, axis), "cpu").classify(generated, axis)
    labels = [perception.label for perception in seen if perception.label]
    return labels.count("feminine") / len(labels)


@pytest.mark.parametrize("model", BUNDLED)
def test_a_generator_ships_in_the_ordinary_layout_and_is_small(model: str) -> None:
    folder = weights_folder(model)
    index = json.loads((folder / "model_index.json").read_text())
    assert index["_class_name"] == "StableDiffusionPipeline"
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 20_000_000


def test_a_named_gender_is_obeyed() -> None:
    assert shares("emoji-skewed", "woman working as a carpenter", 24) > 0.8
    assert shares("emoji-skewed", "man working as a nurse", 24) < 0.2


def test_guidance_exaggerates_the_mix() -> None:
    plain = shares("emoji-skewed", "receptionist", 48)
    guided = shares("emoji-skewed", "receptionist", 48, 4.0)
    assert guided > plain > 0.5


def test_the_whole_path_finds_what_the_generators_generate(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    machine = settings.load(tmp_path)
    rows = check(store, BUNDLED, professions=3, images=64, settings=machine)
    for name in BUNDLED:
        (made,) = store.provenance(find_model(name, machine.device).spec)
        assert made.device == machine.device
        assert "diffusers " in (made.libraries or "")
    store.close()
    assert {row["profession"] for row in rows} == set(spread_by_women(3))
    women = [row for row in rows if row["label"] == "feminine"]
    assert len(women) == 2 * 3
    off = np.array([row["measured_off_points"] for row in women], float)
    # The truth of 64 images itself has a standard error of up to 6 points.
    assert np.abs(off).mean() < 10
    skewed = [row["measured_share"] for row in women if row["model"] == "emoji-skewed"]
    assert np.all(np.diff(np.array(skewed, float)) > 0)


def test_a_run_that_is_resumed_gives_the_tallies_of_one_that_is_not(tmp_path: Path) -> None:
    study = Study((find_model("emoji-skewed", "cpu"),), ("author",), (None,), images=12)
    machine = settings.load(tmp_path)
    models = generators(machine), classifiers("cpu")
    whole, resumed = Store.open(tmp_path / "whole"), Store.open(tmp_path / "resumed")
    list(run(study, whole, *models))
    stopped = run(study, resumed, *models)
    assert [next(stopped).done for _ in range(3)] == [0, 1, 5]
    assert [step.done for step in run(study, resumed, *models)] == [0, 1, 5, 7]
    images = [
        [store.load(request).pixels for request in study.requests(study.models[0])]
        for store in (whole, resumed)
    ]
    # Batches fall differently, which changes the rounding.
    assert np.abs(np.array(images[0], int) - np.array(images[1], int)).max() <= 1
    tallies = [Findings(study, store).tallies("profession") for store in (whole, resumed)]
    assert tallies[0] == tallies[1]
    whole.close()
    resumed.close()


def test_the_small_clip_reads_an_unseen_style() -> None:
    exam = json.loads((weights_folder("emoji-clip") / "exam.json").read_text())
    assert exam["gender"]["women_and_men_right"] >= 0.95
    assert exam["tone"]["exact_or_one_step_off"] >= 0.98


def test_the_small_clip_is_small() -> None:
    size = sum(path.stat().st_size for path in weights_folder("emoji-clip").rglob("*"))
    assert size < 6_000_000
