from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.find import classifiers
from explorer.classifiers.subject import SubjectClassifier
from explorer.models.requests import Image
from explorer.perception.axes import Axis, Perception, find_axis
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.subject import NO_PHOTOGRAPH, NOBODY, ONE, ONE_GREY, SEVERAL
from tests.tiny import requests_for, tiny_spec

pytestmark = pytest.mark.usefixtures("no_yunet")

SUBJECT = find_axis("subject")


class Reader:
    """Answers the gate's captions in the same way for every image."""

    def __init__(self, people: str, medium: str = "photograph") -> None:
        self._answers = {"people": people, "medium": medium}

    def classify(self, images: Sequence[Image], axis: Axis) -> Iterator[Perception]:
        for image in images:
            answer = self._answers[axis.name]
            instrument = Instrument.of(ClassifierSpec("captions", None, "reader"), axis)
            yield Perception(image.request.key, axis.name, instrument, answer, None, ())


def shown(*arrays: NDArray[np.uint8], reader: Any) -> list[str | None]:
    requests = requests_for(tiny_spec("a/b"), ("author",), len(arrays))
    images = [Image(request, array) for request, array in zip(requests, arrays, strict=True)]
    spec = ClassifierSpec("subject", "Haar", "reader") if reader else ClassifierSpec("subject")
    seen = list(SubjectClassifier(spec, reader).classify(images, SUBJECT))
    assert {one.instrument for one in seen} == {Instrument.of(spec, SUBJECT)}
    assert [one.image_key for one in seen] == [one.key for one in requests]
    return [one.label for one in seen]


def test_faces_and_captions_are_told_together(astronaut: NDArray[np.uint8]) -> None:
    sky = np.full((200, 200, 3), (90, 140, 220), dtype=np.uint8)
    grey = astronaut.mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, 2)
    pair = np.hstack([astronaut, astronaut])
    found = shown(astronaut, sky, grey, pair, reader=Reader(NOBODY))
    assert found == [ONE, NOBODY, ONE_GREY, SEVERAL]
    assert shown(astronaut, reader=Reader(ONE, NO_PHOTOGRAPH)) == [NO_PHOTOGRAPH]


def test_bundled_art_is_never_refused_as_no_photograph(astronaut: NDArray[np.uint8]) -> None:
    grey = np.full((96, 96, 3), 90, dtype=np.uint8)
    assert shown(astronaut, grey, reader=None) == [ONE, ONE_GREY]


def test_one_loaded_model_serves_the_gate_and_the_questions(clip: Path) -> None:
    find = classifiers("cpu")
    whole = find(ClassifierSpec("captions", None, str(clip)))
    gate = find(ClassifierSpec("subject", "Haar", str(clip)))
    assert isinstance(whole, ClipClassifier)
    assert gate._clip is whole  # type: ignore[union-attr]  # noqa: SLF001
    sky = np.full((64, 64, 3), (90, 140, 220), dtype=np.uint8)
    images = [Image(one, sky) for one in requests_for(tiny_spec("a/b"), ("author",), 1)]
    (seen,) = gate.classify(images, SUBJECT)
    assert seen.label in {*SUBJECT.labels, None}
    assert seen.scores == (0.0,)
