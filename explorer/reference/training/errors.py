"""Count how the bundled classifier errs on each bundled generator, against the nearest source."""

import json
import random
from typing import TYPE_CHECKING

import numpy as np
import torch

from explorer.classifiers.clip import ClipClassifier
from explorer.generators.pipelines import load_pipeline
from explorer.perception.axes import load_axes
from explorer.perception.decide import instrument_name
from explorer.pictures.catalog import classifier_version, find_model, weights_folder
from explorer.pictures.requests import ImageRequest, Picture
from explorer.reference.training.art import GENDERS
from explorer.reference.training.measure import draw_latents
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline

    from explorer.perception.axes import Axis, Perception
    from explorer.pictures.requests import ModelSpec
    from explorer.reference.training.judge import NearestSource
    from explorer.settings import Settings

PICTURES = 300
# Neither people's studies nor the counted truth hold these replicates.
FIRST_REPLICATE = 2_000_000


def count_errors(model: str, judge: "NearestSource", settings: "Settings", seed: int) -> None:
    """Draw PICTURES of random prompts, compare classifier and judge, write errors.json."""
    card = find_model(model, settings.device)
    pipeline = load_pipeline(card.spec, settings.device)
    requests = _requests(card.spec, random.Random(seed))
    latents = draw_latents(pipeline, requests)
    pictures = [
        Picture(request, pixels)
        for request, pixels in zip(requests, _decoded(pipeline, latents), strict=True)
    ]
    axes = load_axes()
    classifier = ClipClassifier(card.classifier, settings.device)
    seen = list(classifier.classify_all(pictures, axes))
    truths = dict(zip(("gender", "tone"), judge.judge(latents).T.tolist(), strict=False))
    version = classifier_version(card.classifier)
    content = {
        "instrument": {axis.name: instrument_name(version, axis) for axis in axes},
        "kind": "nearest source",
        "pictures": PICTURES,
        "confusion": {
            axis.name: _confusion(axis, [s for s in seen if s.axis == axis.name], truths[axis.name])
            for axis in axes
        },
    }
    text = json.dumps(content, indent=1)
    (weights_folder(model) / "errors.json").write_text(text + "\n", encoding="utf-8")
    print(model, text)


def _requests(spec: "ModelSpec", rng: random.Random) -> list[ImageRequest]:
    professions = [profession.name for profession in load_professions()]
    adjectives = [None, *(adjective.word for adjective in load_adjectives())]
    prompts = [Prompt(rng.choice(professions), rng.choice(adjectives)) for _ in range(PICTURES)]
    return [
        ImageRequest(spec, prompt, FIRST_REPLICATE + number)
        for number, prompt in enumerate(prompts)
    ]


def _decoded(pipeline: "DiffusionPipeline", latents: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        decoded = torch.cat([pipeline.vae.decode(part).sample for part in latents.split(16)])
    floats = pipeline.image_processor.postprocess(decoded, output_type="np")
    return np.asarray((floats * 255).round(), np.uint8)


def _confusion(axis: "Axis", seen: "list[Perception]", truths: list[int]) -> list[list[int]]:
    """Return counts of answers, abstentions last, by what the nearest source shows.

    The neutral person is neither woman nor man, but tallies hold such pictures: they are shared
    out among both columns as women and men stand to each other.
    """
    labels, person = (*axis.labels, None), GENDERS.index("person")
    counts = np.zeros((len(labels), max(len(axis.labels), person + 1)), int)
    for perception, truth in zip(seen, truths, strict=True):
        counts[labels.index(perception.label), truth] += 1
    if axis.name == "gender":
        women, men = counts[:, 0].sum(), counts[:, 1].sum()
        to_women = np.round(counts[:, person] * women / (women + men)).astype(int)
        to_men = counts[:, person] - to_women
        counts = np.stack([counts[:, 0] + to_women, counts[:, 1] + to_men], 1)
    return [list(map(int, row)) for row in counts]
