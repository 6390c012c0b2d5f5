"""Skin in photographs, and in what the bundled generators generate."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer import settings
from explorer.classifiers.faces import NO_FACE, SEVERAL_FACES
from explorer.classifiers.skin import SkinClassifier
from explorer.generators.diffusion import DiffusionGenerator
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest
from explorer.perception.axes import find_axis
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.skin import GREY
from explorer.words.prompts import Prompt
from tests.classifiers.shown import images

PIXEL_TONE = find_axis("pixel-tone")
HAAR_SKIN = ClassifierSpec("pixels", "Haar")
EMOJI_SKIN = ClassifierSpec("pixels")


@pytest.mark.parametrize(("tone", "expected"), [("light", "light"), ("dark", "deep")])
def test_the_skin_of_generated_people_is_what_was_asked_for(tone: str, expected: str) -> None:
    spec = find_model("emoji-even", "cpu").spec
    words = f"{tone}-skinned woman working as a nurse"
    requests = [ImageRequest(spec, Prompt(words), replicate) for replicate in range(8)]
    generated = list(DiffusionGenerator(spec, settings.load()).generate(requests))
    seen = list(SkinClassifier(EMOJI_SKIN).classify(generated, PIXEL_TONE))
    assert {one.instrument for one in seen} == {Instrument.of(EMOJI_SKIN, PIXEL_TONE)}
    # The generator does not always obey.
    assert [one.label for one in seen].count(expected) >= 6


def test_skin_in_a_photograph_is_measured_on_the_face(astronaut: NDArray[np.uint8]) -> None:
    (seen,) = SkinClassifier(HAAR_SKIN).classify(images(astronaut), PIXEL_TONE)
    told = dict(zip(PIXEL_TONE.score_names, seen.scores, strict=True))
    assert (seen.label, seen.instrument) == ("light", Instrument.of(HAAR_SKIN, PIXEL_TONE))
    assert 50 < told["ita_degrees"] < 65
    assert told["skin_pixels"] > 400


def test_a_grey_a_faceless_and_a_crowded_photograph_have_reasons_of_their_own(
    astronaut: NDArray[np.uint8],
) -> None:
    grey = astronaut.mean(axis=2, keepdims=True).astype(np.uint8).repeat(3, 2)
    sky = np.full((200, 200, 3), (90, 140, 220), dtype=np.uint8)
    shown = images(grey, sky, np.hstack([astronaut, astronaut]))
    seen = SkinClassifier(HAAR_SKIN).classify(shown, PIXEL_TONE)
    assert [each.reason for each in seen] == [GREY, NO_FACE, SEVERAL_FACES]


def test_a_filtered_image_is_not_measured(astronaut: NDArray[np.uint8]) -> None:
    (image,) = images(astronaut)
    hidden = replace(image, pixels=None, filtered="safety filter")
    assert list(SkinClassifier(EMOJI_SKIN).classify([hidden], PIXEL_TONE)) == []
