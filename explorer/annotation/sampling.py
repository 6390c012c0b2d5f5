"""Samples of stored images, their annotations, and the errors and recalibration of instruments.

Only the models, axes and classifier of a study matter here. A sample is taken from all stored
images of a model, whatever their prompts, because an instrument's errors are measured per model.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.annotation.errors import Seen, errors
from explorer.annotation.recalibration import recalibrated_errors, recalibration
from explorer.errors import InvalidData
from explorer.perception.axes import load_axes
from explorer.perception.samples import SIZE, draw_sample, shuffled
from explorer.translations import gettext as _

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
    """Draw and store a sample for each model and axis of a study, replacing earlier ones.

    Returns:
        The images to annotate, axis by axis, with the models mixed.

    Raises:
        InvalidData: a model has no classified image on one of the axes.
        OutOfRange: the size is outside its limits.
    """
    drawn: list[Sampled] = []
    for axis in study.axes:
        samples = [_drawn(study, store, card, axis, size, seed) for card in study.models]
        drawn += shuffled((one for sample in samples for one in sample), seed)
    return tuple(drawn)


def sample_of(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis"
) -> "tuple[Sampled, ...]":
    """Return the sample of a model and axis for the study's classifier; empty if there is none."""
    return store.annotations.sample(card.spec, axis.name, study.instruments(card)[axis.name])


def annotated_errors(study: "Study", store: "Store") -> "Mapping[tuple[str, str], Errors]":
    """Return the errors of a study's instruments on annotated images, by model and axis name."""
    return {
        (card.spec.name, axis.name): _errors(study, store, card, axis)
        for card in study.models
        for axis in study.axes
    }


def calibrated(study: "Study", store: "Store") -> "Study":
    """Return a study of one model and axis, recalibrated with annotations.

    Raises:
        InvalidData: there are several models or axes, or the annotations do not allow calibration.
    """
    if len(study.models) > 1 or len(study.axes) > 1:
        raise InvalidData(
            _(
                "{models} models and {axes} axes are named. Annotations calibrate an "
                "instrument for one model on one axis: ask about one at a time."
            ).format(models=len(study.models), axes=len(study.axes))
        )
    (card,), (axis,) = study.models, study.axes
    plain = replace(study, gate=False)
    sample = sample_of(plain, store, card, axis)
    tones = tones_of(plain, store, card, [one.image for one in sample])
    try:
        found = recalibration(axis, seen_of(store, sample, scores=True), tones)
    except InvalidData as error:
        raise InvalidData(
            _("The answers for {name!r} cannot be calibrated with annotations: {error}").format(
                name=card.spec.name, error=error
            )
        ) from error
    return replace(study, recalibration=found)


def _drawn(
    study: "Study", store: "Store", card: "ModelCard", axis: "Axis", size: int, seed: int
) -> "tuple[Sampled, ...]":
    instrument = study.instruments(card)[axis.name]
    perceptions = store.perceptions_of(card.spec, axis.name, instrument)
    if not perceptions:
        raise InvalidData(
            _(
                "No stored image of {name!r} is classified on {name_2!r} by "
                "{instrument!r}. Generate some first, in Explore or with `generate`."
            ).format(name=card.spec.name, name_2=axis.name, instrument=str(instrument))
        )
    sample = draw_sample(perceptions, size, seed)
    store.annotations.save_sample(card.spec, sample)
    return sample


def _errors(study: "Study", store: "Store", card: "ModelCard", axis: "Axis") -> "Errors":
    # There are no samples behind a gate, so errors are unknown.
    if study.recalibration and not study.gate:
        sample = sample_of(replace(study, recalibration=None), store, card, axis)
        return recalibrated_errors(axis, seen_of(store, sample, scores=True), study.recalibration)
    return errors(axis, seen_of(store, sample_of(study, store, card, axis)))


def seen_of(
    store: "Store", sample: "tuple[Sampled, ...]", *, scores: bool = False
) -> tuple[Seen, ...]:
    """Return the images of a sample with their annotations.

    Args:
        store: the store with annotations and scores.
        sample: a sample for one axis and instrument.
        scores: whether to read the instrument's scores too.
    """
    if not sample:
        return ()
    axis, instrument = sample[0].axis, sample[0].instrument
    keys = [one.image for one in sample]
    said: dict[str, list[str]] = {key: [] for key in keys}
    for label in store.annotations.counting(keys, axis):
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
    """Return the skin tone label of each image that has one, by key."""
    instrument = replace(study, axes=load_axes()).instruments(card)[_TONE]
    seen = store.perceptions(keys, _TONE, instrument)
    return {key: one.label for key, one in seen.items() if one.label is not None}
