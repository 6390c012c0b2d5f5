import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.classifiers import clip as clip_module
from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.find import revision
from explorer.classifiers.models import Model, load_model
from explorer.errors import ModelBroken, ModelNotFound, OutOfMemory
from explorer.models.requests import Image
from explorer.perception.axes import load_axes
from explorer.perception.instruments import ClassifierSpec, Instrument
from tests import tiny
from tests.tiny import requests_for, save_clip, tiny_spec

GENDER, TONE = load_axes()


def spec(folder: Path | str) -> ClassifierSpec:
    return ClassifierSpec("captions", None, str(folder), revision(str(folder)))


def _images(count: int = 5, size_px: int = 40) -> tuple[Image, ...]:
    rng = np.random.default_rng(0)
    requests = requests_for(tiny_spec("a/b"), ("author",), count)
    return tuple(
        Image(request, rng.integers(0, 256, (size_px, size_px, 3), dtype=np.uint8))
        for request in requests
    )


class Counted:
    """A real CLIP that counts the images it sees and the captions it reads.

    `room` is the largest batch of images that fits into memory.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self.images: list[int] = []
        self.captions = 0
        self.room = 1000

    def encode_image(self, batch: Any, **options: Any) -> Any:
        self.images.append(len(batch))
        if len(batch) > self.room:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return self._model.encode_image(batch, **options)

    def encode_text(self, batch: Any, **options: Any) -> Any:
        self.captions += len(batch)
        return self._model.encode_text(batch, **options)


@pytest.fixture
def counted(clip: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    model = load_model(str(clip), "cpu")
    counted = Counted(model.clip)
    swapped = Model(counted, model.prepare, model.tokenize, model.calibrations)
    monkeypatch.setattr(clip_module, "load_model", lambda *_: swapped)
    return counted


def test_every_image_gets_one_perception_in_order(clip: Path) -> None:
    images = _images()
    seen = list(ClipClassifier(spec(clip), "cpu").classify(images, GENDER))
    assert [each.image_key for each in seen] == [each.request.key for each in images]
    assert {each.axis for each in seen} == {"gender"}
    assert {each.instrument for each in seen} == {Instrument.of(spec(clip), GENDER)}


def test_scores_are_probabilities_in_label_order(clip: Path) -> None:
    for seen in ClipClassifier(spec(clip), "cpu").classify(_images(), TONE):
        assert len(seen.scores) == len(TONE.labels)
        assert sum(seen.scores) == pytest.approx(1)
        if seen.label:
            assert seen.scores[TONE.labels.index(seen.label)] == max(seen.scores)
            assert max(seen.scores) >= TONE.threshold
        else:
            assert max(seen.scores) < TONE.threshold


def test_scores_equal_open_clips_own_zero_shot_ensemble(clip: Path) -> None:
    import open_clip
    import torch
    from PIL import Image

    model, prepare = open_clip.create_model_from_pretrained(f"local-dir:{clip}")
    model.eval()
    tokenizer = open_clip.get_tokenizer(f"local-dir:{clip}")
    image = _images(1)[0]
    assert image.pixels is not None
    with torch.no_grad():
        vectors = [
            open_clip.build_zero_shot_classifier(model, tokenizer, [""], GENDER.captions(label))
            for label in GENDER.labels
        ]
        shown = model.encode_image(prepare(Image.fromarray(image.pixels))[None], normalize=True)
        expected = (100 * shown @ torch.cat(vectors, dim=1)).softmax(dim=-1)[0].tolist()
    (seen,) = ClipClassifier(spec(clip), "cpu").classify([image], GENDER)
    assert seen.scores == pytest.approx(expected, abs=1e-4)


def test_a_batch_is_classified_like_single_images(clip: Path) -> None:
    classifier = ClipClassifier(spec(clip), "cpu")
    together = list(classifier.classify(_images(), GENDER))
    alone = [next(classifier.classify([image], GENDER)) for image in _images()]
    for one, other in zip(together, alone, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-4)


def test_all_axes_at_once_say_what_each_alone_says(clip: Path) -> None:
    images = _images(3)
    classifier = ClipClassifier(spec(clip), "cpu")
    every = list(classifier.classify_all(images, (GENDER, TONE)))
    apart = [list(classifier.classify(images, axis)) for axis in (GENDER, TONE)]
    assert [(seen.image_key, seen.axis) for seen in every] == [
        (image.request.key, axis.name) for image in images for axis in (GENDER, TONE)
    ]
    assert every[0::2] == apart[0]
    assert every[1::2] == apart[1]


def test_each_image_is_looked_at_once_for_all_axes(counted: Counted) -> None:
    images = _images()
    classifier = ClipClassifier(spec("any"), "cpu")
    for axis in (GENDER, TONE, GENDER):
        list(classifier.classify(images, axis))
    list(classifier.classify_all(images, (GENDER, TONE)))
    assert counted.images == [5]


def test_another_image_of_the_same_request_is_looked_at_anew(counted: Counted) -> None:
    (image,) = _images(1)
    classifier = ClipClassifier(spec("any"), "cpu")
    list(classifier.classify([image], GENDER))
    assert image.pixels is not None
    list(classifier.classify([replace(image, pixels=255 - image.pixels)], GENDER))
    assert counted.images == [1, 1]


def test_embeddings_are_those_that_were_classified_by(counted: Counted, clip: Path) -> None:
    images = _images()
    classifier = ClipClassifier(spec("any"), "cpu")
    list(classifier.classify(images, GENDER))
    found = classifier.embed(images)
    assert counted.images == [5], "no image is encoded twice"
    assert found.dtype == np.float16
    alone = np.concatenate([ClipClassifier(spec(clip), "cpu").embed([one]) for one in images])
    assert found.astype(float) == pytest.approx(alone.astype(float), abs=2e-3)
    assert np.linalg.norm(found.astype(float), axis=1) == pytest.approx(1, abs=2e-3)


def test_captions_are_read_once_per_axis(counted: Counted) -> None:
    classifier = ClipClassifier(spec("any"), "cpu")
    for start in (0, 2, 4):
        list(classifier.classify_all(_images()[start : start + 2], (GENDER, TONE)))
    expected = sum(len(axis.captions(label)) for axis in (GENDER, TONE) for label in axis.labels)
    assert counted.captions == expected


def test_other_captions_under_the_same_name_are_read_anew(counted: Counted) -> None:
    classifier = ClipClassifier(spec("any"), "cpu")
    list(classifier.classify(_images(1), GENDER))
    first = counted.captions
    list(classifier.classify(_images(1), replace(GENDER, digest="0" * 64)))
    assert counted.captions == 2 * first


def test_many_images_are_classified_in_batches(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_module, "_BATCH", 2)
    assert len(list(ClipClassifier(spec("any"), "cpu").classify(_images(), GENDER))) == 5
    assert counted.images == [2, 2, 1]


def test_a_batch_that_does_not_fit_is_halved(counted: Counted) -> None:
    counted.room = 2
    images = _images()
    seen = list(ClipClassifier(spec("any"), "cpu").classify(images, GENDER))
    assert [each.image_key for each in seen] == [each.request.key for each in images]
    assert counted.images == [5, 2, 2, 1]


def test_an_image_that_does_not_fit_says_what_to_do(counted: Counted) -> None:
    counted.room = 0
    with pytest.raises(OutOfMemory, match="smaller"):
        list(ClipClassifier(spec("any"), "cpu").classify(_images(2), GENDER))


def test_an_image_that_cannot_be_classified_is_a_clear_error(clip: Path) -> None:
    broken = replace(_images(1)[0], pixels=np.zeros((4, 4, 7), dtype=np.uint8))
    with pytest.raises(ModelBroken, match="cannot classify"):
        list(ClipClassifier(spec(clip), "cpu").classify([broken], GENDER))


def test_a_filtered_image_is_not_classified(clip: Path) -> None:
    shown, hidden = _images(2)
    hidden = replace(hidden, pixels=None, filtered="safety filter")
    seen = list(ClipClassifier(spec(clip), "cpu").classify([hidden, shown], GENDER))
    assert [each.image_key for each in seen] == [shown.request.key]
    assert list(ClipClassifier(spec("not loaded"), "cpu").classify([hidden], GENDER)) == []


def test_nothing_is_loaded_before_the_first_image() -> None:
    classifier = ClipClassifier(spec("/not/there"), "cpu")
    assert classifier.name == "/not/there"
    assert list(classifier.classify((), GENDER)) == []
    with pytest.raises(ModelNotFound):
        next(classifier.classify(_images(1), GENDER))


def test_a_folders_temperature_sharpens_its_axis_alone(clip: Path, tmp_path: Path) -> None:
    sharp = save_clip(tmp_path / "sharp", temperature=0.005)
    for axis, steeper in ((GENDER, True), (TONE, False)):
        (usual,) = ClipClassifier(spec(clip), "cpu").classify(_images(1), axis)
        (changed,) = ClipClassifier(spec(sharp), "cpu").classify(_images(1), axis)
        assert (max(changed.scores) > max(usual.scores) + 1e-3) == steeper


def test_a_bias_holds_its_label_back(clip: Path, tmp_path: Path) -> None:
    biased = save_clip(tmp_path / "biased", temperature=0.01, bias=(0.02, 0.0))
    (usual,) = ClipClassifier(spec(clip), "cpu").classify(_images(1), GENDER)
    (held,) = ClipClassifier(spec(biased), "cpu").classify(_images(1), GENDER)
    odds = [math.log(scores[0] / scores[1]) for scores in (usual.scores, held.scores)]
    assert odds[0] - odds[1] == pytest.approx(2.0, abs=1e-3)


def test_images_are_measured_as_they_are(counted: Counted) -> None:
    shown: list[Any] = []
    encode = counted.encode_image

    def noting(batch: Any, **options: Any) -> Any:
        shown.append(batch)
        return encode(batch, **options)

    counted.encode_image = noting  # type: ignore[method-assign]
    image = _images(1, size_px=32)[0]
    list(ClipClassifier(spec("any"), "cpu").classify([image], GENDER))
    mean = np.array([0.48145466, 0.4578275, 0.40821073])
    deviation = np.array([0.26862954, 0.26130258, 0.27577711])
    assert image.pixels is not None
    back = shown[0][0].permute(1, 2, 0).numpy() * deviation + mean
    assert np.abs(back * 255 - image.pixels).max() < 0.01


def test_captions_that_are_cut_off_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiny, "LENGTH", 20)
    (tmp_path / "short").mkdir()
    short = save_clip(tmp_path / "short")
    with pytest.raises(ModelBroken, match=r"reads 20 tokens and does not read the end of .*'a "):
        list(ClipClassifier(spec(short), "cpu").classify(_images(), GENDER))


def test_captions_that_are_read_alike_are_refused(clip: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(clip, tmp_path / "copy"))
    path = copy / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    words = tokenizer["model"]["vocab"]
    # As many words as before, but none that occurs in a caption.
    tokenizer["model"]["vocab"] = {
        word if word == "!" or word.startswith("<|") else word * 2: token
        for word, token in words.items()
    }
    path.write_text(json.dumps(tokenizer))
    with pytest.raises(ModelBroken, match=r"reads the captions 'a .*' and 'a .*' as the same"):
        list(ClipClassifier(spec(copy), "cpu").classify(_images(), GENDER))
