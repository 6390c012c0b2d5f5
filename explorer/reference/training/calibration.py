"""Bring the generators' mix to the design, and the small CLIP's certainty to its accuracy."""

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from explorer.classifiers.clip import ClipClassifier
from explorer.perception.axes import find_axis
from explorer.pictures.catalog import find_model
from explorer.pictures.requests import ImageRequest, Picture
from explorer.reference.design import read_design
from explorer.reference.training.art import COSTUMES, GENDERS, TONES, Portrait, portraits
from explorer.reference.training.clip import SIZE_PX, class_vectors
from explorer.reference.training.pictures import PLAIN
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
PRIOR_PICTURES = 60
LARGEST_SHIFT = 1.5


def corrections(rows: "tuple[Truth, ...]", previous: "Mapping[str, float]") -> dict[str, float]:
    """Return what to add to each profession's women's logit so that the design is met.

    A profession's miss is drawn towards the mean miss of its costume: a few hundred pictures say
    little about one profession, and the professions of a costume share their drawing.
    """
    whole = [row for row in rows if row.adjectives == "all"]
    misses = {row.profession: _miss(row) for row in whole}
    design = read_design()["professions"]
    shifts = {}
    for row in whole:
        costume = design[row.profession]["costume"]
        common = np.mean([misses[p] for p in misses if design[p]["costume"] == costume])
        weight = row.pictures / (row.pictures + PRIOR_PICTURES)
        miss = weight * misses[row.profession] + (1 - weight) * common
        shift = previous.get(row.profession, 0.0) + float(miss)
        shifts[row.profession] = max(-LARGEST_SHIFT, min(LARGEST_SHIFT, shift))
    return shifts


def _miss(row: "Truth") -> float:
    """Return designed minus drawn logit; half a picture is added to each side."""
    gendered = row.pictures * (1 - row.drawn.neutral)
    women = row.drawn.women * gendered
    drawn = math.log((women + 0.5) / (gendered - women + 0.5))
    share = min(max(row.designed.women, 0.5 / gendered), 1 - 0.5 / gendered)
    return math.log(share / (1 - share)) - drawn


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
