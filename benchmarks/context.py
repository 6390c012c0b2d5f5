"""Measure how far the classification of a head depends on what surrounds it.

    python -m benchmarks.context

The heads of images of the sample study (face, hair and chin) are pasted into images of ten men in
ten costumes. The same classifier then classifies perceived gender presentation in each of them: in
the full frame, and in the crop that `--classifier face` uses. The head is the same in all ten, so
any change is due to the costume. The columns are the range of the probability of feminine over the
ten costumes (mean and maximum over heads), the share of heads for which it exceeds 0.05, the share
of heads classified as both feminine and masculine, and the share of images that are unclear.

Face detectors fail on emoji art, but its faces are always in the same place. The crop uses that
place.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer import settings as settings_of_this_machine
from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.faces import Box, crop
from explorer.classifiers.find import classifier_of
from explorer.generators.diffusion import DiffusionGenerator
from explorer.models.catalog import EMOJI_CLASSIFIER, find_model
from explorer.models.requests import Image, ImageRequest
from explorer.perception.axes import find_axis
from explorer.reference.design import BUNDLED
from explorer.reference.sample import open_sample, sample_study
from explorer.store.index import Store
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.models.requests import ModelSpec
    from explorer.perception.axes import Perception
    from explorer.settings import Settings

    Pixels = NDArray[np.uint8]

AXIS = find_axis("gender")
FEMININE = AXIS.labels.index("feminine")
# All show men, whose hair ends above the chin: none of it remains visible beside a pasted head.
COSTUMES = (
    *("an artist", "a cook", "a construction worker", "a farmer", "a firefighter"),
    *("a nurse", "a pilot", "a police officer", "a singer", "a teacher"),
)
# In images of the bundled generators: the part that is pasted, and the face within it.
ROWS, COLUMNS = slice(4, 68), slice(18, 78)
FACE = Box(left=33, top=36, width=30, height=24)
LARGE = 0.05


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    settings = settings_of_this_machine.load()
    card = find_model(arguments.model, settings.device)
    heads, contexts = _heads(card.spec.name, settings), _contexts(card.spec, settings)
    spec = classifier_of(arguments.classifier, card, AXIS)
    classifier = ClipClassifier(spec, settings.device)
    print(f"{'input':<12}{'mean':>8}{'largest':>9}{'above 0.05':>12}{'both':>8}{'unclear':>9}")
    for shown in ("full frame", "face crop"):
        rows = [_classified(classifier, head, contexts, shown) for head in heads]
        ranges = np.ptp([[one.scores[FEMININE] for one in row] for row in rows], axis=1)
        both = [set(AXIS.labels) <= {one.label for one in row} for row in rows]
        unclear = [one.label is None for row in rows for one in row]
        print(
            f"{shown:<12}{ranges.mean():8.3f}{ranges.max():9.3f}{(ranges > LARGE).mean():12.0%}"
            f"{np.mean(both):8.0%}{np.mean(unclear):9.0%}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Measure how far the classification of a head depends on its surroundings."
    )
    parser.add_argument("--model", default="emoji-even", choices=BUNDLED, help="the generator")
    parser.add_argument("--classifier", default=EMOJI_CLASSIFIER, help="name of a classifier")
    return parser.parse_args()


def _heads(model: str, settings: "Settings") -> list[Image]:
    """Return images of the sample study without an adjective."""
    study = replace(sample_study(settings.device), adjectives=(None,))
    card = next(card for card in study.models if card.spec.name == model)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        open_sample(store, settings.device)
        stored = [store.load(request) for request in study.requests(card)]
        store.close()
    return stored


def _contexts(spec: "ModelSpec", settings: "Settings") -> list[Image]:
    """Return one image of a man in each costume."""
    requests = [ImageRequest(spec, Prompt(f"man working as {one}"), 0) for one in COSTUMES]
    return list(DiffusionGenerator(spec, settings).generate(requests))


def _classified(
    classifier: ClipClassifier, head: Image, contexts: list[Image], shown: str
) -> "list[Perception]":
    """Return the perception of a head in each context."""
    frames = [_pasted(head.pixels, context.pixels) for context in contexts]
    if shown == "face crop":
        frames = [crop(frame, FACE) for frame in frames]
    return list(classifier.classify([replace(head, pixels=one) for one in frames], AXIS))


def _pasted(head: "Pixels | None", context: "Pixels | None") -> "Pixels":
    if head is None or context is None:
        sys.exit("An image is filtered; nothing was measured.")
    frame = context.copy()
    frame[ROWS, COLUMNS] = head[ROWS, COLUMNS]
    return frame


if __name__ == "__main__":
    main()
