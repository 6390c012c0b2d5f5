"""Samples of what is stored, what people said of them, and what that makes of a study.

Of a study only models, axes and classifier count here. A sample is of all stored images of a
model, whatever words they were drawn for: how an instrument errs is asked of the model.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.annotation.errors import Seen, errors
from explorer.annotation.recalibration import recalibrated_errors, recalibration
from explorer.errors import InvalidData
from explorer.perception.axes import load_axes
from explorer.perception.samples import SIZE, draw_sample, shuffled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from explorer.annotation.errors import Errors
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.perception.samples import Sampled
    from explorer.store.index import Store
    from explorer.study import Study

_TONE = "tone"


def draw_samples(
    study: "Study", store: "Store", size: int = SIZE, seed: int = 0
) -> "tuple[Sampled, ...]":
    """Draw a sample for each model and axis of a study, and keep it in place of the earlier one.

    Returns:
        What is to be annotated, axis by axis, the models mixed.

    Raises:
        InvalidData: of some model no image is classified on some axis.
        OutOfRange: the size lies outside its limits.
    """
    drawn: list[Sampled] = []
    for axis in study.axes:
        samples = [_drawn(study, store, card, axis, size, seed) for card in study.models]
        drawn += shuffled((one for sample in samples for one in sample), seed)
    return tuple(drawn)


def sample_of(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis"
) -> "tuple[Sampled, ...]":
    """Return the sample of a model and axis for the classifier of the study; empty without one."""
    return store.annotations.sample(card.spec, axis.name, study.instruments(card)[axis.name])


def annotated_errors(study: "Study", store: "Store") -> "Mapping[tuple[str, str], Errors]":
    """Return how the instruments of a study err on what people annotated, by model and axis name."""
    return {
        (card.spec.name, axis.name): _errors(study, store, card, axis)
        for card in study.models
        for axis in study.axes
    }


def calibrated(study: "Study", store: "Store") -> "Study":
    """Return a study of one model and axis with the answers that people's labels calibrate.

    Raises:
        InvalidData: it is of several models or axes, or the labels cannot calibrate the answers.
    """
    if len(study.models) > 1 or len(study.axes) > 1:
        raise InvalidData(
            f"{len(study.models)} models and {len(study.axes)} axes are named. Labels calibrate an "
            "instrument for one model on one axis: ask about one at a time."
        )
    (card,), (axis,) = study.models, study.axes
    plain = replace(study, gate=False)
    sample = sample_of(plain, store, card, axis)
    tones = tones_of(plain, store, card, [one.image for one in sample])
    try:
        found = recalibration(axis, seen_of(store, sample, scores=True), tones)
    except InvalidData as error:
        raise InvalidData(
            f"The answers for {card.spec.name!r} cannot be calibrated with people's labels: {error}"
        ) from error
    return replace(study, recalibration=found)


def _drawn(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis", size: int, seed: int
) -> "tuple[Sampled, ...]":
    instrument = study.instruments(card)[axis.name]
    perceptions = store.perceptions_of(card.spec, axis.name, instrument)
    if not perceptions:
        raise InvalidData(
            f"No stored image of {card.spec.name!r} is classified on {axis.name!r} by "
            f"{str(instrument)!r}. Generate some first, in Explore or with `generate`."
        )
    sample = draw_sample(perceptions, size, seed)
    store.annotations.save_sample(card.spec, sample)
    return sample


def _errors(study: "Study", store: "Store", card: "ModelCard", axis: "Axis") -> "Errors":
    # Behind a gate there is no sample, and so no errors are known.
    if study.recalibration and not study.gate:
        sample = sample_of(replace(study, recalibration=None), store, card, axis)
        return recalibrated_errors(axis, seen_of(store, sample, scores=True), study.recalibration)
    return errors(axis, seen_of(store, sample_of(study, store, card, axis)))


def seen_of(
    store: "Store", sample: "tuple[Sampled, ...]", *, scores: bool = False
) -> tuple[Seen, ...]:
    """Return the images of a sample with what people said of them.

    Args:
        store: where sample, annotations and scores are.
        sample: of one axis and instrument.
        scores: also look the instrument's scores up.
    """
    if not sample:
        return ()
    axis, instrument = sample[0].axis, sample[0].instrument
    keys = [one.image for one in sample]
    said: dict[str, list[str]] = {key: [] for key in keys}
    for label in store.annotations.of(keys, axis):
        said[label.image].append(label.label)
    classified = store.perceptions(keys, axis, instrument) if scores else {}
    return tuple(
        Seen(
            sampled=one,
            said=tuple(said[one.image]),
            scores=classified[one.image].scores if one.image in classified else (),
        )
        for one in sample
    )


def tones_of(
    study: "Study", store: "Store", card: "ModelCard", keys: "Iterable[str]"
) -> dict[str, str]:
    """Return the tone that the instrument perceives in each image it is not in doubt of."""
    instrument = replace(study, axes=load_axes()).instruments(card)[_TONE]
    seen = store.perceptions(keys, _TONE, instrument)
    return {key: one.label for key, one in seen.items() if one.label is not None}
