"""Pixels of what the bundled generators generate: the skin asked for is what is measured."""

import pytest

from explorer import settings
from explorer.classifiers.skin import SkinClassifier
from explorer.generators.diffusion import DiffusionGenerator
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest
from explorer.perception.axes import find_axis
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.words.prompts import Prompt


@pytest.mark.parametrize(("tone", "expected"), [("light", "light"), ("dark", "deep")])
def test_the_skin_of_generated_people_is_what_was_asked_for(tone: str, expected: str) -> None:
    spec = find_model("emoji-even", "cpu").spec
    words = f"{tone}-skinned woman working as a nurse"
    requests = [ImageRequest(spec, Prompt(words), replicate) for replicate in range(8)]
    images = list(DiffusionGenerator(spec, settings.load()).generate(requests))
    axis, emoji_skin = find_axis("pixel-tone"), ClassifierSpec("pixels")
    seen = list(SkinClassifier(emoji_skin).classify(images, axis))
    assert {one.instrument for one in seen} == {Instrument.of(emoji_skin, axis)}
    # The generator does not always obey.
    assert [one.label for one in seen].count(expected) >= 6
