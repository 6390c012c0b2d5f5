"""Count the labels of a finished generator's images, round by round, for truth.csv."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from explorer.generators.pipelines import load_pipeline
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest
from explorer.reference.design import Mix, designed_mix, designed_mix_of
from explorer.reference.training.art import GENDERS, TONES
from explorer.reference.training.conditions import mixes_of
from explorer.reference.training.images import ALL_COSTUMES
from explorer.reference.truth import ADJECTIVES, Truth, designed_rows
from explorer.statistics.simplex import solve
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from pathlib import Path

    from diffusers import DiffusionPipeline

    from explorer.models.requests import ModelSpec
    from explorer.reference.training.conditions import Mixes
    from explorer.reference.training.nearest import NearestSource
    from explorer.settings import Settings

KINDS = ADJECTIVES[:3]
PER_KIND = 10
BATCH = 128
# Far from the replicates of studies, so that the sample shares no image with them.
FIRST_REPLICATE = 1_000_000
FIRST_OF_PILOT = 3_000_000


def measure(
    model: str,
    nearest_source: "NearestSource",
    settings: "Settings",
    rounds: int,
    counts_path: "Path",
) -> np.ndarray:
    """Return the label counts of 30 images per profession and round, and save them after each.

    Rounds that are already in the file of counts are not repeated.

    Args:
        model: the generator.
        nearest_source: labels the images.
        settings: the device.
        rounds: the number of rounds, with those in the file.
        counts_path: the file of counts.

    Returns:
        Counts, int of shape (professions, kinds of adjective, genders, tones, 2); the last axis
        tells whether the costume is as designed.
    """
    shape = (len(load_professions()), len(KINDS), len(GENDERS), len(TONES), 2)
    counts = np.load(counts_path) if counts_path.exists() else np.zeros(shape, int)
    done = int(counts[0].sum()) // (len(KINDS) * PER_KIND)
    spec = find_model(model, settings.device).spec
    pipeline = load_pipeline(spec, settings.device)
    costumes = [designed_mix(model, each.name).costume for each in load_professions()]
    right = torch.tensor([ALL_COSTUMES.index(costume) for costume in costumes])
    for number in range(done, rounds):
        places, requests = _round(spec, FIRST_REPLICATE, number)
        shown = nearest_source.classify(generate_latents(pipeline, requests))
        as_designed = shown[:, 2] == right[places[:, 0]]
        index = torch.cat([places, shown[:, :2], as_designed[:, None]], 1)
        np.add.at(counts, tuple(index.T.numpy()), 1)
        np.save(counts_path, counts)
        print(f"truth of {model}: round {number + 1} of {rounds}", flush=True)
    return counts


def run_pilot(
    model: str, nearest_source: "NearestSource", settings: "Settings", rounds: int
) -> tuple["Mixes", torch.Tensor]:
    """Generate images as `measure` does; return the designed mixes and the labels of the images.

    The labels are gender, tone and costume of the nearest source, int (N, 3).
    """
    spec = find_model(model, settings.device).spec
    pipeline = load_pipeline(spec, settings.device)
    designed, shown = [], []
    for number in range(rounds):
        _, requests = _round(spec, FIRST_OF_PILOT, number)
        designed += [
            designed_mix_of(model, r.prompt.profession, r.prompt.adjective) for r in requests
        ]
        shown.append(nearest_source.classify(generate_latents(pipeline, requests)))
        print(f"pilot of {model}: round {number + 1} of {rounds}", flush=True)
    return mixes_of(designed), torch.cat(shown)


def tone_confusion(preview: torch.Tensor, image: torch.Tensor) -> np.ndarray:
    """Return the counts of tones, int of shape (tones in previews, tones in images).

    Args:
        preview: gender, tone and costume of the nearest source of each preview, int (N, 3).
        image: the same for the decoded images, int (N, 3).
    """
    confusion = np.zeros((len(TONES), len(TONES)), int)
    np.add.at(confusion, (preview[:, 1].numpy(), image[:, 1].numpy()), 1)
    return confusion


def truth_rows(model: str, counts: np.ndarray, confusion: np.ndarray) -> tuple[Truth, ...]:
    """Return the truth of a generator, one row per profession and entry of ADJECTIVES.

    Args:
        model: the generator.
        counts: counts by previews, as `measure` returns them.
        confusion: the tones in previews and images, as `tone_confusion` returns them. Faces are a
            little lighter in previews than in images; the shares of tones are corrected for that.
    """
    rows = []
    for index, profession in enumerate(load_professions()):
        designed = designed_rows(model, profession.name)
        by_kind = dict(zip(KINDS, counts[index], strict=True)) | {"all": counts[index].sum(0)}
        for kind in ADJECTIVES:
            counted = mix_of(by_kind[kind].sum(2), designed[kind].costume)
            (tones,), _ = solve((confusion / confusion.sum(0))[None], np.array(counted.tones)[None])
            generated = replace(counted, tones=tuple(map(float, tones)))
            number = int(by_kind[kind].sum())
            rows.append(Truth(model, profession.name, kind, number, designed[kind], generated))
    return tuple(rows)


def mix_of(counts: np.ndarray, costume: str) -> Mix:
    """Return the mix of counts of shape (genders, tones)."""
    women, men, neutral = counts.sum(1)
    return Mix(
        costume=costume,
        women=float(women / (women + men)),
        neutral=float(neutral / counts.sum()),
        tones=tuple(map(float, counts.sum(0) / counts.sum())),
    )


def _round(spec: "ModelSpec", first: int, number: int) -> tuple[torch.Tensor, list[ImageRequest]]:
    """Return the profession and kind of adjective of each request of a round, (N, 2), and those."""
    coded = {kind: tuple(a.word for a in load_adjectives() if a.coding == kind) for kind in KINDS}
    by_kind = ((None,) * PER_KIND, coded["feminine"], coded["masculine"])
    places, requests = [], []
    for index, profession in enumerate(load_professions()):
        for kind, adjectives in enumerate(by_kind):
            for turn, adjective in enumerate(adjectives):
                replicate = first + number * PER_KIND + turn
                requests.append(ImageRequest(spec, Prompt(profession.name, adjective), replicate))
                places.append((index, kind))
    return torch.tensor(places), requests


def generate_latents(pipeline: "DiffusionPipeline", requests: list[ImageRequest]) -> torch.Tensor:
    """Return the latents that the pipeline generates before it decodes them, (N, 8, 12, 12)."""
    latents = []
    for start in tqdm(range(0, len(requests), BATCH), disable=None):
        batch = requests[start : start + BATCH]
        with torch.inference_mode():
            output = pipeline(
                [request.prompt.text for request in batch],
                generator=[torch.Generator("cpu").manual_seed(each.seed) for each in batch],
                num_inference_steps=batch[0].model.diffusion.steps,
                guidance_scale=batch[0].model.diffusion.guidance,
                output_type="latent",
            )
        latents.append(output.images)
    return torch.cat(latents)
