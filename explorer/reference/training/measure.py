"""Count what a finished generator really draws, round by round, into truth.csv."""

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
# Far from the replicates that people draw: the sample shares no image with their studies.
FIRST_REPLICATE = 1_000_000
FIRST_OF_PILOT = 3_000_000


def measure(
    model: str, classify: "NearestSource", settings: "Settings", rounds: int, counts_path: "Path"
) -> np.ndarray:
    """Draw 30 images of every profession a round; add them to the counts file and return it.

    A round that was interrupted is drawn again; finished rounds are kept.

    Returns:
        Counts, int of shape (professions, kinds of adjective, genders, tones, right costume or
        not).
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
        shown = classify.classify(draw_latents(pipeline, requests))
        as_designed = shown[:, 2] == right[places[:, 0]]
        index = torch.cat([places, shown[:, :2], as_designed[:, None]], 1)
        np.add.at(counts, tuple(index.T.numpy()), 1)
        np.save(counts_path, counts)
        print(f"truth of {model}: round {number + 1} of {rounds}", flush=True)
    return counts


def draw_pilot(
    model: str, classify: "NearestSource", settings: "Settings", rounds: int
) -> tuple["Mixes", torch.Tensor]:
    """Draw prompts as `measure` does; return the designed mixes and what images show, (N, 3)."""
    spec = find_model(model, settings.device).spec
    pipeline = load_pipeline(spec, settings.device)
    designed, shown = [], []
    for number in range(rounds):
        _, requests = _round(spec, FIRST_OF_PILOT, number)
        designed += [
            designed_mix_of(model, r.prompt.profession, r.prompt.adjective) for r in requests
        ]
        shown.append(classify.classify(draw_latents(pipeline, requests)))
        print(f"pilot of {model}: round {number + 1} of {rounds}", flush=True)
    return mixes_of(designed), torch.cat(shown)


def tones_said(preview: torch.Tensor, image: torch.Tensor) -> np.ndarray:
    """Count the tones that two classifies read off the same images, from gender, tone and costume.

    Args:
        preview: what the first said, int (N, 3).
        image: what the second said, int (N, 3).

    Returns:
        Counts, int of shape (tones, tones): the first's in rows, the second's in columns.
    """
    said = np.zeros((len(TONES), len(TONES)), int)
    np.add.at(said, (preview[:, 1].numpy(), image[:, 1].numpy()), 1)
    return said


def truth_rows(model: str, counts: np.ndarray, said: np.ndarray) -> tuple[Truth, ...]:
    """Turn counts by previews into rows, one per profession and kind of adjective, then all of it.

    Args:
        model: the generator.
        counts: as `measure` returns them.
        said: as `tones_said` returns them, of previews and images. Previews show faces a little
            lighter than images do; the shares of tones are those that would give what was said.
    """
    rows = []
    for index, profession in enumerate(load_professions()):
        designed = designed_rows(model, profession.name)
        by_kind = dict(zip(KINDS, counts[index], strict=True)) | {"all": counts[index].sum(0)}
        for kind in ADJECTIVES:
            counted = mix_of(by_kind[kind].sum(2), designed[kind].costume)
            drawn = replace(counted, tones=_tones_of_images(counted.tones, said))
            number = int(by_kind[kind].sum())
            rows.append(Truth(model, profession.name, kind, number, designed[kind], drawn))
    return tuple(rows)


def mix_of(counts: np.ndarray, costume: str) -> Mix:
    """Return the shares in counts of shape (genders, tones)."""
    women, men, neutral = counts.sum(1)
    return Mix(
        costume=costume,
        women=float(women / (women + men)),
        neutral=float(neutral / counts.sum()),
        tones=tuple(map(float, counts.sum(0) / counts.sum())),
    )


def _tones_of_images(tones: tuple[float, ...], said: np.ndarray) -> tuple[float, ...]:
    (shares,), _ = solve((said / said.sum(0))[None], np.array(tones)[None])
    return tuple(map(float, shares))


def _round(spec: "ModelSpec", first: int, number: int) -> tuple[torch.Tensor, list[ImageRequest]]:
    """Return the requests of a round and each one's profession and kind of adjective, (N, 2)."""
    places, requests = [], []
    for index, profession in enumerate(load_professions()):
        for kind, adjectives in enumerate(_adjectives()):
            for turn, adjective in enumerate(adjectives):
                replicate = first + number * PER_KIND + turn
                requests.append(ImageRequest(spec, Prompt(profession.name, adjective), replicate))
                places.append((index, kind))
    return torch.tensor(places), requests


def draw_latents(pipeline: "DiffusionPipeline", requests: list[ImageRequest]) -> torch.Tensor:
    """Draw as the pipeline does, up to the decoder: latents of shape (N, 8, 12, 12)."""
    drawn = []
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
        drawn.append(output.images)
    return torch.cat(drawn)


def _adjectives() -> tuple[tuple[str | None, ...], ...]:
    coded = {kind: tuple(a.word for a in load_adjectives() if a.coding == kind) for kind in KINDS}
    return ((None,) * PER_KIND, coded["feminine"], coded["masculine"])
