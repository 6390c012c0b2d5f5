"""How far the answer about a head hangs on what is around it.

    python -m benchmarks.context

The heads of images of the sample study, face, hair and chin, are pasted into images of ten men
in ten costumes, and the same classifier is asked about perceived gender presentation each time: of
the full frame, and of the crop that `--classifier face` would show it. A head is the same in all
ten, so whatever changes is the costume's doing. Printed are how far the probability of feminine
lies apart over the ten costumes, as a mean over heads and at most, how many heads exceed 0.05, how
many are called both feminine and masculine, and how many images are unclear.

No face detector finds drawn faces; they are always in the same place, and that is taken.
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

    from explorer.perception.axes import Perception
    from explorer.settings import Settings

    Pixels = NDArray[np.uint8]

AXIS = find_axis("gender")
FEMININE = AXIS.labels.index("feminine")
# All are drawn as men, whose hair ends above the chin: none of it stays beside a pasted head.
COSTUMES = (
    *("an artist", "a cook", "a construction worker", "a farmer", "a firefighter"),
    *("a nurse", "a pilot", "a police officer", "a singer", "a teacher"),
)
# Of the bundled art: what is pasted, with hair and chin, and where the face in it is.
ROWS, COLUMNS = slice(4, 68), slice(18, 78)
FACE = Box(left=33, top=36, width=30, height=24)
MOST = 0.05


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    settings = settings_of_this_machine.load()
    heads, contexts = _heads(asked.model, settings), _contexts(asked.model, settings)
    classifier = ClipClassifier(asked.classifier, settings.device)
    print(f"{'shown':<12}{'mean':>8}{'largest':>9}{'above 0.05':>12}{'turned':>8}{'unclear':>9}")
    for shown in ("full frame", "face crop"):
        seen = [_seen(classifier, head, contexts, shown) for head in heads]
        changes = np.ptp([[one.scores[FEMININE] for one in row] for row in seen], axis=1)
        turned = [set(AXIS.labels) <= {one.label for one in row} for row in seen]
        unclear = [one.label is None for row in seen for one in row]
        print(
            f"{shown:<12}{changes.mean():8.3f}{changes.max():9.3f}{(changes > MOST).mean():12.0%}"
            f"{np.mean(turned):8.0%}{np.mean(unclear):9.0%}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what surrounds of a head do to answers.")
    parser.add_argument("--model", default="emoji-even", choices=BUNDLED, help="who draws")
    parser.add_argument("--classifier", default=EMOJI_CLASSIFIER, help="who is asked")
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


def _contexts(model: str, settings: "Settings") -> list[Image]:
    spec = find_model(model, settings.device).spec
    requests = [ImageRequest(spec, Prompt(f"man working as {one}"), 0) for one in COSTUMES]
    return list(DiffusionGenerator(spec, settings).generate(requests))


def _seen(
    classifier: ClipClassifier, head: Image, contexts: list[Image], shown: str
) -> "list[Perception]":
    """Return what is said of a head in each context."""
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
