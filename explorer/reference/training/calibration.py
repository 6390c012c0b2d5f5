"""Bring the generators' mix to the design, and the small CLIP's certainty to its accuracy."""

import json
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from explorer.classifiers.clip import ClipClassifier
from explorer.perception.axes import find_axis
from explorer.pictures.catalog import find_model
from explorer.pictures.requests import ImageRequest, Picture
from explorer.reference.training.art import COSTUMES, GENDERS, TONES, Portrait, portraits
from explorer.reference.training.clip import SIZE_PX, class_vectors
from explorer.reference.training.pictures import PLAIN
from explorer.reference.training.text import NO_SHIFT, Shift
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import open_clip
    from transformers import CLIPTokenizer

    from explorer.perception.axes import Axis
    from explorer.reference.training.clip import Figures
    from explorer.reference.truth import Truth

# How many pictures a profession's own miss must outweigh before it counts for more than the
# common miss of its costume.
PRIOR_PICTURES = 150
LARGEST_SHIFT = 1.5


def corrections(rows: "tuple[Truth, ...]", previous: "Mapping[str, Shift]") -> dict[str, Shift]:
    """Return what to add to each profession's log odds so that the finished generator meets them.

    A profession's miss is drawn towards what its costume and its designed odds make likely: a few
    dozen pictures say little about one profession, but the professions of a costume share their
    drawing, and all of them are drawn closer to the middle than designed.
    """
    whole = [row for row in rows if row.adjectives == "all"]
    designed, drawn = (np.stack([_log_odds(row)[side] for row in whole]) for side in (0, 1))
    misses = designed - drawn
    usual = _usual(misses, designed, [row.designed.costume for row in whole])
    weight = whole[0].pictures / (whole[0].pictures + PRIOR_PICTURES)
    shifts = {}
    for row, miss in zip(whole, weight * misses + (1 - weight) * usual, strict=True):
        total = np.add(previous.get(row.profession, NO_SHIFT), miss)
        shifts[row.profession] = tuple(np.clip(total, -LARGEST_SHIFT, LARGEST_SHIFT).tolist())
    return shifts


def _usual(misses: np.ndarray, designed: np.ndarray, costumes: list[str]) -> np.ndarray:
    """Fit each column's miss by the costume's mean and one slope on the designed log odds."""
    alike = np.equal.outer(costumes, costumes).astype(float)
    alike /= alike.sum(1, keepdims=True)
    means, centred = alike @ misses, designed - alike @ designed
    spread = (centred**2).sum(0)
    slope = np.divide(
        (centred * (misses - means)).sum(0), spread, out=np.zeros(len(spread)), where=spread > 1e-9
    )
    return np.asarray(means + slope * centred)


def _log_odds(row: "Truth") -> tuple[np.ndarray, np.ndarray]:
    """Return designed and drawn log odds of women, of the neutral person and of each tone."""
    shares = [np.array([m.women, m.neutral, *m.tones]) for m in (row.designed, row.drawn)]
    numbers = np.full(len(shares[0]), float(row.pictures))
    numbers[0] *= 1 - row.drawn.neutral
    # Half a picture on each side keeps shares of 0 and 1 finite, in the design as in the drawing.
    odds = [np.log((s * numbers + 0.5) / ((1 - s) * numbers + 0.5)) for s in shares]
    return odds[0], odds[1]


def fit_temperature(
    model: "open_clip.CLIP", tokenizer: "CLIPTokenizer", unseen: "Figures"
) -> dict[str, float]:
    """Return for each axis the temperature of least log loss on a style the model has not seen."""
    with torch.no_grad():
        seen = F.normalize(model.encode_image(_plain(unseen)), dim=-1)
        vectors = {
            name: class_vectors(model, tokenizer, find_axis(name)) for name in ("gender", "tone")
        }
    gendered = unseen.gender < GENDERS.index("person")
    truths = {"gender": (gendered, unseen.gender), "tone": (gendered | ~gendered, unseen.tone)}
    temperatures = {}
    for name, (use, truth) in truths.items():
        cosines = seen[use] @ vectors[name].T
        grid = torch.logspace(-2.5, 0, 126)
        losses = [F.cross_entropy(cosines / t, truth[use]).item() for t in grid]
        temperatures[name] = round(grid[int(np.argmin(losses))].item(), 4)
        right = (cosines.argmax(1) == truth[use]).float().mean()
        print(f"{name}: {right:.1%} right on an unseen style, T = {temperatures[name]}")
    return temperatures


def _plain(figures: "Figures") -> torch.Tensor:
    """Put figures on white at the classifier's size, float (N, 3, 64, 64) in -1..1."""
    whole = figures.rgba.float() / 255
    alpha = whole[:, 3:]
    return F.interpolate(whole[:, :3] * alpha + 1 - alpha, SIZE_PX, mode="area") * 2 - 1


def exam(work: "Path", folder: "Path") -> None:
    """Examine the finished CLIP on Twemoji portraits and keep the result beside its weights."""
    found = portraits("twemoji", work, (*COSTUMES, PLAIN))
    classifier = ClipClassifier(str(folder), "cpu")
    pictures = [_picture(portrait, number) for number, portrait in enumerate(found)]
    result = {"style": "Twemoji, never trained on", "portraits": len(found)}
    for axis in (find_axis("gender"), find_axis("tone")):
        result[axis.name] = _marks(classifier, axis, found, pictures)
    text = json.dumps(result, indent=1)
    (folder / "exam.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def _marks(
    classifier: ClipClassifier, axis: "Axis", found: tuple[Portrait, ...], pictures: list[Picture]
) -> dict[str, object]:
    """Return the confusion matrix (rows: drawn as) and the shares that count."""
    labels = (*axis.labels, axis.abstention)
    drawn_as = GENDERS if axis.name == "gender" else TONES
    matrix = {name: dict.fromkeys(labels, 0) for name in drawn_as}
    forced = np.zeros((len(drawn_as), len(axis.labels)), int)
    for portrait, seen in zip(found, classifier.classify(pictures, axis), strict=True):
        name = portrait.gender if axis.name == "gender" else portrait.tone
        matrix[name][seen.label or axis.abstention] += 1
        forced[drawn_as.index(name), int(np.argmax(seen.scores))] += 1
    marks: dict[str, object] = {"answered": matrix, "without_abstaining": forced.tolist()}
    if axis.name == "gender":
        right = forced[0, 0] / forced[0].sum(), forced[1, 1] / forced[1].sum()
        marks |= {"women_right": right[0], "men_right": right[1]}
        marks["women_and_men_right"] = (forced[0, 0] + forced[1, 1]) / forced[:2].sum()
    else:
        steps = np.abs(np.subtract.outer(range(5), range(5)))
        marks["exact"] = forced[steps == 0].sum() / forced.sum()
        marks["exact_or_one_step_off"] = forced[steps <= 1].sum() / forced.sum()
    return marks


def _picture(portrait: Portrait, number: int) -> Picture:
    figure = Image.fromarray(portrait.rgba)
    canvas = Image.new("RGBA", figure.size, (255, 255, 255, 255))
    canvas.alpha_composite(figure)
    spec = find_model("emoji-even", "cpu").spec
    request = ImageRequest(spec, Prompt(portrait.costume, None), number)
    return Picture(request, np.asarray(canvas.convert("RGB")))
