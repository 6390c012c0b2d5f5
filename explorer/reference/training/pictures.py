"""Make the pictures the generators learn from: portraits on plain backgrounds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.reference.training.art import COSTUMES, GENDERS, TONES, Portrait, portraits

SIZE_PX = 96
SOURCES = ("noto", "fluent")
PLAIN = "plain"
ALL_COSTUMES = (*COSTUMES, PLAIN)

# Pale enough for every skin and hair colour to stand out.
BACKGROUNDS = (
    (238, 236, 228),
    (222, 233, 240),
    (230, 240, 226),
    (244, 228, 218),
    (232, 226, 242),
    (250, 240, 206),
)


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Pictures and what each shows, as indices into ALL_COSTUMES, GENDERS and TONES.

    `pixels` is uint8 of shape (N, SIZE_PX, SIZE_PX, 3); the other arrays have shape (N,).
    """

    pixels: np.ndarray
    costume: np.ndarray
    gender: np.ndarray
    tone: np.ndarray
    source: np.ndarray


def training_set(folder: Path, variants: int, seed: int) -> TrainingSet:
    """Compose every portrait of SOURCES several times, each with its own light and place."""
    rng = np.random.default_rng(seed)
    found = [p for source in SOURCES for p in portraits(source, folder, ALL_COSTUMES)]
    drawn = [(compose(p, rng), p) for p in found for _ in range(variants)]
    return TrainingSet(
        pixels=np.stack([pixels for pixels, _ in drawn]),
        costume=np.array([ALL_COSTUMES.index(p.costume) for _, p in drawn]),
        gender=np.array([GENDERS.index(p.gender) for _, p in drawn]),
        tone=np.array([TONES.index(p.tone) for _, p in drawn]),
        source=np.array([SOURCES.index(p.source) for _, p in drawn]),
    )


def compose(portrait: Portrait, rng: np.random.Generator) -> np.ndarray:
    """Place a portrait on a plain background; return uint8 of shape (SIZE_PX, SIZE_PX, 3)."""
    side = round(SIZE_PX * rng.uniform(0.86, 0.98))
    figure = Image.fromarray(portrait.rgba).resize((side, side), Image.Resampling.LANCZOS)
    if rng.random() < 0.5:
        figure = figure.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    slack = SIZE_PX - side
    place = (round(slack * rng.uniform(0.2, 0.8)), slack)
    canvas = Image.new("RGBA", (SIZE_PX, SIZE_PX), BACKGROUNDS[rng.integers(len(BACKGROUNDS))])
    canvas.alpha_composite(figure, place)
    return np.asarray(canvas.convert("RGB"))
