"""Count what a finished generator really draws, round by round, into truth.csv."""

from typing import TYPE_CHECKING

import numpy as np

from explorer.generators.diffusion import DiffusionGenerator
from explorer.pictures.catalog import find_model
from explorer.pictures.requests import ImageRequest
from explorer.reference.design import Mix
from explorer.reference.training.art import GENDERS, TONES
from explorer.reference.training.pictures import ALL_COSTUMES
from explorer.reference.truth import ADJECTIVES, Truth, designed_rows
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import load_adjectives, load_professions

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.pictures.requests import ModelSpec
    from explorer.reference.training.judge import NearestSource
    from explorer.settings import Settings

KINDS = ADJECTIVES[:3]
PER_KIND = 10
# Far from the replicates that people draw: the sample shares no picture with their studies.
FIRST_REPLICATE = 1_000_000


def measure(
    model: str, judge: "NearestSource", settings: "Settings", rounds: int, counts_path: "Path"
) -> np.ndarray:
    """Draw 30 pictures of every profession a round; add them to the counts file and return it.

    A round that was interrupted is drawn again; finished rounds are kept.

    Returns:
        Counts, int of shape (professions, kinds of adjective, genders, tones, right costume or
        not).
    """
    shape = (len(load_professions()), len(KINDS), len(GENDERS), len(TONES), 2)
    counts = np.load(counts_path) if counts_path.exists() else np.zeros(shape, int)
    done = int(counts[0].sum()) // (len(KINDS) * PER_KIND)
    spec = find_model(model, settings.device).spec
    generator = DiffusionGenerator(spec, settings)
    for number in range(done, rounds):
        drawn = _draw_round(generator, spec, number)
        for place, pixels in drawn.items():
            for gender, tone, costume in judge.judge(np.stack(pixels)):
                right = designed_rows(model, load_professions()[place[0]].name)["none"].costume
                counts[*place, gender, tone, int(ALL_COSTUMES[costume] == right)] += 1
        np.save(counts_path, counts)
        print(f"truth of {model}: round {number + 1} of {rounds}", flush=True)
    return counts


def truth_rows(model: str, counts: np.ndarray) -> tuple[Truth, ...]:
    """Turn counts into rows, one per profession and kind of adjective, then all of it."""
    rows = []
    for index, profession in enumerate(load_professions()):
        designed = designed_rows(model, profession.name)
        by_kind = dict(zip(KINDS, counts[index], strict=True)) | {"all": counts[index].sum(0)}
        for kind in ADJECTIVES:
            drawn = _mix(by_kind[kind], designed[kind].costume)
            number = int(by_kind[kind].sum())
            rows.append(Truth(model, profession.name, kind, number, designed[kind], drawn))
    return tuple(rows)


def _mix(counts: np.ndarray, costume: str) -> Mix:
    """Return shares of counts (genders, tones, right costume)."""
    women, men, neutral = counts.sum((1, 2))
    tones = counts.sum((0, 2)) / counts.sum()
    return Mix(
        costume=costume,
        women=float(women / (women + men)),
        neutral=float(neutral / counts.sum()),
        tones=tuple(map(float, tones)),
    )


def _draw_round(
    generator: DiffusionGenerator, spec: "ModelSpec", number: int
) -> dict[tuple[int, int], list[np.ndarray]]:
    places, requests = [], []
    for index, profession in enumerate(load_professions()):
        for kind, adjectives in enumerate(_adjectives()):
            for turn, adjective in enumerate(adjectives):
                replicate = FIRST_REPLICATE + number * PER_KIND + turn
                prompt = Prompt(profession.name, adjective)
                requests.append(ImageRequest(spec, prompt, replicate))
                places.append((index, kind))
    drawn: dict[tuple[int, int], list[np.ndarray]] = {place: [] for place in places}
    for place, picture in zip(places, generator.draw(requests), strict=True):
        if picture.pixels is not None:
            drawn[place].append(picture.pixels)
    return drawn


def _adjectives() -> tuple[tuple[str | None, ...], ...]:
    coded = {kind: tuple(a.word for a in load_adjectives() if a.coding == kind) for kind in KINDS}
    return ((None,) * PER_KIND, coded["feminine"], coded["masculine"])
