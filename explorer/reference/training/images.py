"""Compose the training images of the generators: portraits on plain backgrounds."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.reference.training.art import COSTUMES, GENDERS, TONES, Portrait, portraits

SIZE_PX = 96
FIGURE_PX = 90
SOURCES = ("noto", "fluent")
# Noto has the same portrait for woman, man and neutral person: all wear a helmet.
ALIKE = frozenset({("noto", "astronaut")})
PLAIN = "plain"
ALL_COSTUMES = (*COSTUMES, PLAIN)

# Pale enough to contrast with every skin and hair colour.
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
    """Images and their labels, as indices into ALL_COSTUMES, GENDERS, TONES and SOURCES.

    `pixels` is uint8 of shape (N, SIZE_PX, SIZE_PX, 3); the other arrays have shape (N,).
    """

    pixels: np.ndarray
    costume: np.ndarray
    gender: np.ndarray
    tone: np.ndarray
    source: np.ndarray


def training_set(folder: Path) -> TrainingSet:
    """Return every portrait of SOURCES on every background, all in the same place and size.

    If the place varied, comparing images would miss the small differences between woman and man
    under a helmet.
    """
    found = [p for source in SOURCES for p in portraits(source, folder, ALL_COSTUMES)]
    distinct = [p for p in found if (p.source, p.costume) not in ALIKE]
    composed = [
        (compose(p, background), p) for p in distinct for background in range(len(BACKGROUNDS))
    ]
    return TrainingSet(
        pixels=np.stack([pixels for pixels, _ in composed]),
        costume=np.array([ALL_COSTUMES.index(p.costume) for _, p in composed]),
        gender=np.array([GENDERS.index(p.gender) for _, p in composed]),
        tone=np.array([TONES.index(p.tone) for _, p in composed]),
        source=np.array([SOURCES.index(p.source) for _, p in composed]),
    )


def compose(portrait: Portrait, background: int) -> np.ndarray:
    """Return a portrait on one of BACKGROUNDS, uint8 of shape (SIZE_PX, SIZE_PX, 3)."""
    figure = Image.fromarray(portrait.rgba).resize((FIGURE_PX,) * 2, Image.Resampling.LANCZOS)
    slack = SIZE_PX - FIGURE_PX
    canvas = Image.new("RGBA", (SIZE_PX, SIZE_PX), BACKGROUNDS[background])
    canvas.alpha_composite(figure, (slack // 2, slack))
    return np.asarray(canvas.convert("RGB"))
