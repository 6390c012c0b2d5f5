"""Stored images and answers of one model of a study, counted by prompt."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.perception.axes import Perception
from explorer.perception.decide import decide_anew
from explorer.perception.subject import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.perception.instruments import Instrument
    from explorer.store.counts import AnswerCount
    from explorer.store.index import Store
    from explorer.study import Study

    # Numbers of pairs of images, by prompt text and by left and right label.
    Pairs = Mapping[str, Mapping[tuple[str, str], int]]
    # Numbers of images by label, of the left and of the right model, by prompt text.
    Separate = Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]]

    _Answer = tuple[str | None, str | None]

NO_REASON = "no reason given"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of stored images and of answers, by prompt text.

    `images` counts the images of each text by the reason why they were filtered, None for those
    that were not. `answers` counts the pairs of label and reason by axis name and text; the label
    is None for an abstention, the reason is None for a label. Texts without stored images or
    answers are absent.
    """

    images: "Mapping[str, Mapping[str | None, int]]"
    answers: "Mapping[str, Mapping[str, Mapping[_Answer, int]]]"


def count(study: "Study", store: "Store", model: "ModelCard") -> Counts:
    """Return the numbers of stored images and answers of one model of a study."""
    images: dict[str, dict[str | None, int]] = {}
    for text, filtered, number in store.image_counts(study.asked(model)):
        images.setdefault(text, {})[filtered] = number
    instruments = study.instruments(model)
    answers: dict[str, dict[str, dict[_Answer, int]]] = {axis.name: {} for axis in study.axes}
    for axis in study.axes:
        of_axis = answers[axis.name]
        for text, answer, number in _answers(study, store, model, axis, instruments[axis.name]):
            of_text = of_axis.setdefault(text, {})
            of_text[answer] = of_text.get(answer, 0) + number
    return Counts(images, answers)


def count_pairs(
    study: "Study", store: "Store", axis: "Axis", models: "tuple[ModelCard, ModelCard]"
) -> "Pairs":
    """Return the pairs of labels of two models' images with the same seed, counted by prompt.

    Pairs in which either image has no label are left out.
    """
    left, right = models
    pairs: dict[str, Counter[tuple[str, str]]] = {}
    found = store.pair_counts(
        (study.asked(left), study.asked(right)),
        axis.name,
        (study.instruments(left)[axis.name], study.instruments(right)[axis.name]),
    )
    for text, one, other, number in found:
        labels = _let_through(*one, axis, study), _let_through(*other, axis, study)
        if labels[0] is not None and labels[1] is not None:
            pairs.setdefault(text, Counter())[labels[0], labels[1]] += number
    return pairs


def count_apart(left: Counts, right: Counts, axis: str, texts: "Iterable[str]") -> "Separate":
    """Return the labels of two models' images that form no pairs, counted by prompt."""
    return {text: (_labels(left, axis, text), _labels(right, axis, text)) for text in texts}


def _labels(counts: Counts, axis: str, text: str) -> "Mapping[str, int]":
    found: Counter[str] = Counter()
    for (label, _reason), number in counts.answers[axis].get(text, {}).items():
        if label is not None:
            found[label] += number
    return found


def _answers(
    study: "Study", store: "Store", model: "ModelCard", axis: "Axis", instrument: "Instrument"
) -> "Iterator[tuple[str, _Answer, int]]":
    asked = study.asked(model)
    if study.recalibration is None:
        for one in store.answer_counts(asked, axis.name, instrument):
            plain = one.label, one.reason
            yield one.text, _gated(plain, one, axis) if instrument.gate else plain, one.number
        return
    for one, scores in store.scored_answers(asked, axis.name, instrument):
        stored = Perception("", axis.name, instrument.stored, one.label, one.reason, scores)
        anew = decide_anew(stored, axis, study.recalibration)
        answer = anew.label, anew.reason
        yield one.text, _gated(answer, one, axis) if instrument.gate else answer, one.number


def _gated(answer: "_Answer", one: "AnswerCount", axis: "Axis") -> "_Answer":
    why = refusal(one.gate_label, one.gate_reason, axis)
    return (None, why) if why else answer


def _let_through(
    label: str | None,
    gate_label: str | None,
    gate_reason: str | None,
    axis: "Axis",
    study: "Study",
) -> str | None:
    """Return the label, or None if the gate refuses the image."""
    refused = study.gate and refusal(gate_label, gate_reason, axis)
    return None if refused else label
