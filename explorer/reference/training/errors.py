"""Count the errors of the bundled instruments on each bundled generator by the nearest source."""

import json
import random
from typing import TYPE_CHECKING

import numpy as np
import torch

from explorer.classifiers.find import classifiers
from explorer.findings.error_rates import BEHIND_GATE, PLAIN
from explorer.findings.instruments import PIXEL_TONE
from explorer.generators.pipelines import load_pipeline
from explorer.models.catalog import find_model, weights_folder
from explorer.models.requests import Image, ImageRequest
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.skin import bin_of_word
from explorer.perception.subject import behind_gate
from explorer.reference.training.art import GENDERS, TONES
from explorer.reference.training.measure import generate_latents
from explorer.study import Study
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from explorer.models.requests import ModelSpec
    from explorer.perception.axes import Axis, Perception
    from explorer.reference.training.nearest import NearestSource
    from explorer.settings import Settings

    # For each image, the perceptions by axis name.
    Seen = list[Mapping[str, Perception]]

IMAGES = 300
# Neither studies nor the sample for truth.csv use these replicates.
FIRST_REPLICATE = 2_000_000
AXES = (*load_axes(), find_axis(PIXEL_TONE))


def count_errors(
    model: str, nearest_source: "NearestSource", settings: "Settings", seed: int
) -> None:
    """Classify IMAGES images of random prompts and compare the answers with the nearest source.

    Writes errors.json and, for the answers behind the gate, errors-gate.json.
    """
    card = find_model(model, settings.device)
    pipeline = load_pipeline(card.spec, settings.device)
    requests = _requests(card.spec, random.Random(seed))
    latents = generate_latents(pipeline, requests)
    with torch.inference_mode():
        decoded = torch.cat([pipeline.vae.decode(part).sample for part in latents.split(16)])
    floats = pipeline.image_processor.postprocess(decoded, output_type="np")
    pixels = np.asarray((floats * 255).round(), np.uint8)
    images = [Image(request, one) for request, one in zip(requests, pixels, strict=True)]
    study = Study((card,), ("author",), axes=AXES, gate=True)
    find = classifiers(settings.device)
    columns = [
        list(find(study.classifier_of(card, axis)).classify(images, axis))
        for axis in study.looked_at
    ]
    seen: Seen = [{one.axis: one for one in row} for row in zip(*columns, strict=True)]
    truths = true_labels(nearest_source.classify(latents).tolist())
    _write(weights_folder(model) / PLAIN, seen, truths)
    _write(weights_folder(model) / BEHIND_GATE, [behind_gate(one, AXES) for one in seen], truths)


def true_labels(shown: "Sequence[Sequence[int]]") -> dict[str, list[int]]:
    """Return the true labels by axis, as indices.

    For gender, the index is that in GENDERS, which includes the neutral person.

    Args:
        shown: gender, tone and costume of the nearest source of each image.
    """
    bins = [find_axis(PIXEL_TONE).labels.index(bin_of_word(tone)) for tone in TONES]
    return {
        "gender": [gender for gender, _, _ in shown],
        "tone": [tone for _, tone, _ in shown],
        PIXEL_TONE: [bins[tone] for _, tone, _ in shown],
    }


def _write(path: "Path", seen: "Seen", truths: "Mapping[str, list[int]]") -> None:
    content = {
        "instrument": {axis.name: str(seen[0][axis.name].instrument) for axis in AXES},
        "kind": "nearest source",
        "images": IMAGES,
        "confusion": {
            axis.name: confusion(axis, [one[axis.name] for one in seen], truths[axis.name])
            for axis in AXES
        },
    }
    text = json.dumps(content, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    print(path.parent.name, text)


def _requests(spec: "ModelSpec", rng: random.Random) -> list[ImageRequest]:
    professions = [profession.name for profession in load_professions()]
    adjectives = [None, *(adjective.word for adjective in load_adjectives())]
    prompts = [Prompt(rng.choice(professions), rng.choice(adjectives)) for _ in range(IMAGES)]
    return [
        ImageRequest(spec, prompt, FIRST_REPLICATE + number)
        for number, prompt in enumerate(prompts)
    ]


def confusion(axis: "Axis", seen: "list[Perception]", truths: list[int]) -> list[list[int]]:
    """Return the counts of answers (rows, abstentions last) by true label (columns).

    Neutral persons are neither women nor men, but tallies include them. They are divided between
    the two columns in the ratio of women to men.
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
