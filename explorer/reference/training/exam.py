"""Bring the small CLIP's certainty to its accuracy, and examine it."""

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
# Never trained on and never looked at before the exam.
EXAM_SOURCE = "twemoji"


def fit_calibrations(
    model: "open_clip.CLIP", tokenizer: "CLIPTokenizer", images: torch.Tensor, shown: torch.Tensor
) -> dict[str, Calibration]:
    """Return for each axis the calibration of least log loss on what the generators draw.

    The neutral person counts as half a woman and half a man: the even odds have to lie between the
    two.

    Args:
        model: the trained CLIP.
        tokenizer: reads its captions.
        images: drawn ones in -1..1, float32 of shape (N, 3, 96, 96).
        shown: gender and tone of the source each is nearest to, then its costume, int (N, 3).
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
    """Return temperature and bias of least log loss.

    Args:
        cosines: of images and labels, (N, labels).
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
    # Only differences between the labels' biases count.
    biases = tuple(round(value, 4) for value in (bias - bias[-1]).detach().tolist())
    return Calibration(round(1 / scale.detach().exp().item(), 4), biases)


def tell(source: str, work: "Path", folder: "Path") -> dict[str, object]:
    """Examine the finished CLIP on the portraits of one set; print and return its marks."""
    found = portraits(source, work, (*COSTUMES, PLAIN))
    classifier = ClipClassifier(ClassifierSpec("captions", None, str(folder)), "cpu")
    images = [_image(portrait, number) for number, portrait in enumerate(found)]
    result: dict[str, object] = {"style": source, "portraits": len(found)}
    for axis in (find_axis("gender"), find_axis("tone")):
        result[axis.name] = _marks(classifier, axis, found, images)
    print(json.dumps(result, indent=1))
    return result


def keep(marks: dict[str, object], folder: "Path") -> None:
    """Write the marks beside the weights they belong to."""
    (folder / "exam.json").write_text(json.dumps(marks, indent=1) + "\n", encoding="utf-8")


def _marks(
    classifier: ClipClassifier, axis: "Axis", found: tuple[Portrait, ...], images: list[Image]
) -> dict[str, object]:
    """Return the confusion matrix (rows: drawn as) and the shares that count."""
    labels = (*axis.labels, axis.abstention)
    drawn_as = GENDERS if axis.name == "gender" else TONES
    matrix = {name: dict.fromkeys(labels, 0) for name in drawn_as}
    forced = np.zeros((len(drawn_as), len(axis.labels)), int)
    for portrait, seen in zip(found, classifier.classify(images, axis), strict=True):
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


def _image(portrait: Portrait, number: int) -> Image:
    figure = Pillow.fromarray(portrait.rgba)
    canvas = Pillow.new("RGBA", figure.size, (255, 255, 255, 255))
    canvas.alpha_composite(figure)
    spec = find_model("emoji-even", "cpu").spec
    request = ImageRequest(spec, Prompt(portrait.costume, None), number)
    return Image(request, np.asarray(canvas.convert("RGB")))
