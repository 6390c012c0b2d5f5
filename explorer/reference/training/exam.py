"""Calibrate the small CLIP and examine it on unseen art."""

import json
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image as Pillow
from torch.nn import functional as F

from explorer.classifiers.clip import ClipClassifier
from explorer.models.catalog import find_model
from explorer.models.requests import Image, ImageRequest
from explorer.perception.axes import find_axis
from explorer.perception.decide import Calibration
from explorer.perception.instruments import ClassifierSpec
from explorer.reference.training.art import COSTUMES, GENDERS, TONES, Portrait, portraits
from explorer.reference.training.augmentation import SIZE_PX
from explorer.reference.training.clip import class_vectors
from explorer.reference.training.images import PLAIN
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    from pathlib import Path

    import open_clip
    from transformers import CLIPTokenizer

    from explorer.perception.axes import Axis

# No training uses this set.
EXAM_SOURCE = "twemoji"


def fit_calibrations(
    model: "open_clip.CLIP", tokenizer: "CLIPTokenizer", images: torch.Tensor, shown: torch.Tensor
) -> dict[str, Calibration]:
    """Return the calibration of least log loss on generated images, by axis.

    A neutral person counts as half a woman and half a man, so that even odds lie between the two.

    Args:
        model: the trained CLIP.
        tokenizer: its tokenizer.
        images: generated images in -1..1, float32 of shape (N, 3, 96, 96).
        shown: gender, tone and costume of the nearest source of each, int (N, 3).
    """
    small = F.interpolate(images, SIZE_PX, mode="bicubic", antialias=True)
    with torch.no_grad():
        seen = F.normalize(model.encode_image(small), dim=-1)
        gender, tone = (
            seen @ class_vectors(model, tokenizer, find_axis(name)).T for name in ("gender", "tone")
        )
    women = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])[shown[:, 0]]
    tones = F.one_hot(shown[:, 1], len(TONES)).float()
    return {"gender": fitted(gender, women), "tone": fitted(tone, tones)}


def fitted(cosines: torch.Tensor, goal: torch.Tensor) -> Calibration:
    """Return the calibration of least log loss.

    Args:
        cosines: the cosines of images and labels, (N, labels).
        goal: the share of each label in each image, (N, labels).
    """
    scale = torch.tensor(20.0).log().requires_grad_()
    bias = torch.zeros(cosines.shape[1]).requires_grad_()
    optimizer = torch.optim.LBFGS([scale, bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        logits = scale.exp() * (cosines - bias)
        value = -(goal * logits.log_softmax(1)).sum(1).mean()
        value.backward()
        return value

    optimizer.step(loss)
    # Only the differences between the biases of the labels matter.
    biases = tuple(round(value, 4) for value in (bias - bias[-1]).detach().tolist())
    return Calibration(round(1 / scale.detach().exp().item(), 4), biases)


def examine(source: str, work: "Path", folder: "Path") -> dict[str, object]:
    """Return the results of the finished CLIP on the portraits of one set, and print them.

    Args:
        source: the name of the set.
        work: the folder of the art.
        folder: the folder of the CLIP.
    """
    found = portraits(source, work, (*COSTUMES, PLAIN))
    classifier = ClipClassifier(ClassifierSpec("captions", None, str(folder)), "cpu")
    images = [_image(portrait, number) for number, portrait in enumerate(found)]
    result: dict[str, object] = {"style": source, "portraits": len(found)}
    for axis in (find_axis("gender"), find_axis("tone")):
        result[axis.name] = _results(classifier, axis, found, images)
    print(json.dumps(result, indent=1))
    return result


def save_results(results: dict[str, object], folder: "Path") -> None:
    """Write the results beside the weights they belong to."""
    (folder / "exam.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _results(
    classifier: ClipClassifier, axis: "Axis", found: tuple[Portrait, ...], images: list[Image]
) -> dict[str, object]:
    """Return the answers by true label, with and without abstaining, and the accuracies."""
    labels = (*axis.labels, axis.abstention)
    truths = GENDERS if axis.name == "gender" else TONES
    matrix = {name: dict.fromkeys(labels, 0) for name in truths}
    forced = np.zeros((len(truths), len(axis.labels)), int)
    for portrait, seen in zip(found, classifier.classify(images, axis), strict=True):
        name = portrait.gender if axis.name == "gender" else portrait.tone
        matrix[name][seen.label or axis.abstention] += 1
        forced[truths.index(name), int(np.argmax(seen.scores))] += 1
    accuracies = _gender_accuracies if axis.name == "gender" else _tone_accuracies
    return {
        "answered": matrix,
        "without_abstaining": forced.tolist(),
        **accuracies(forced),
    }


def _gender_accuracies(forced: np.ndarray) -> dict[str, float]:
    return {
        "women_right": forced[0, 0] / forced[0].sum(),
        "men_right": forced[1, 1] / forced[1].sum(),
        "women_and_men_right": (forced[0, 0] + forced[1, 1]) / forced[:2].sum(),
    }


def _tone_accuracies(forced: np.ndarray) -> dict[str, float]:
    steps = np.abs(np.subtract.outer(range(5), range(5)))
    return {
        "exact": forced[steps == 0].sum() / forced.sum(),
        "exact_or_one_step_off": forced[steps <= 1].sum() / forced.sum(),
    }


def _image(portrait: Portrait, number: int) -> Image:
    figure = Pillow.fromarray(portrait.rgba)
    canvas = Pillow.new("RGBA", figure.size, (255, 255, 255, 255))
    canvas.alpha_composite(figure)
    spec = find_model("emoji-even", "cpu").spec
    request = ImageRequest(spec, Prompt(portrait.costume, None), number)
    return Image(request, np.asarray(canvas.convert("RGB")))
