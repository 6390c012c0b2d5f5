"""Studies and their runs: prompts become images, and images become perceptions.

The page, the command line and the tests share this code; they differ only in how they show
progress.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from explorer.classifiers.find import classifier_of
from explorer.errors import InvalidData, OutOfRange
from explorer.models.backends import Hosted
from explorer.models.requests import FAILURES, Asked, ImageRequest
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.instruments import Instrument
from explorer.perception.subject import SUBJECT
from explorer.progress import Pace, Progress, Turns, batches
from explorer.settings import MAX_IMAGES_PER_PROMPT
from explorer.stages import Classifying, Generating, Unmetered, stored
from explorer.translations import gettext as _
from explorer.words.entries import require_distinct
from explorer.words.prompts import TEMPLATE, Prompt, check_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from explorer.models.catalog import ModelCard
    from explorer.models.requests import ModelSpec
    from explorer.perception.axes import Axis
    from explorer.perception.instruments import ClassifierSpec, Recalibration
    from explorer.progress import Work
    from explorer.stages import Classifier, Generator, Meter
    from explorer.store.index import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Study:
    """A study: every model generates `images` images of every profession and adjective.

    An adjective of None is the prompt without one. `level` is the confidence of the intervals.
    `classifier` replaces the default classifier of every model; None keeps the defaults. Each axis
    has one instrument, and answers of other instruments do not count. With `gate`, only images of
    one person are answered for; for other images, the subject is the reason for the abstention. A
    `recalibration`, for one model and one axis, makes new answers from stored scores; they belong
    to an instrument of their own.

    Raises:
        OutOfRange: `images` or `level` is outside its limits.
        InvalidData: a name is given twice or not at all, the template is unusable, or an axis would
            be measured in different ways.
    """

    models: "tuple[ModelCard, ...]"
    professions: tuple[str, ...]
    adjectives: tuple[str | None, ...] = (None,)
    images: int = 9
    axes: "tuple[Axis, ...]" = field(default_factory=load_axes)
    template: str = TEMPLATE
    level: float = 0.95
    classifier: str | None = None
    gate: bool = False
    recalibration: "Recalibration | None" = None

    def __post_init__(self) -> None:
        """Refuse invalid values."""
        if not 1 <= self.images <= MAX_IMAGES_PER_PROMPT:
            raise OutOfRange(
                _("Images per prompt is {images!r}. Give a whole number from 1 to {most}.").format(
                    images=self.images, most=MAX_IMAGES_PER_PROMPT
                )
            )
        if not 0 < self.level < 1:
            raise OutOfRange(
                _("Level is {level!r}. Give a number between 0 and 1, such as 0.95.").format(
                    level=self.level
                )
            )
        require_distinct("model", [card.spec.name for card in self.models])
        require_distinct("profession", self.professions)
        require_distinct("adjective", self.adjectives)
        require_distinct("axis", [axis.name for axis in self.axes])
        check_template(self.template)
        self._refuse_mixed_methods()

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The prompts, the same for every model: by profession, then adjective."""
        template = check_template(self.template)
        return tuple(
            Prompt(profession, adjective, template)
            for profession in self.professions
            for adjective in self.adjectives
        )

    @property
    def paired(self) -> bool:
        """Whether images of its models have seeds, so that those of two models form pairs."""
        return all(card.spec.seeded for card in self.models)

    @property
    def size(self) -> int:
        """The number of images of all models."""
        return len(self.models) * len(self.professions) * len(self.adjectives) * self.images

    def asked(self, model: "ModelCard") -> Asked:
        """Return the prompts and the number of images of one model, without a request per image."""
        return Asked(model.spec, tuple(prompt.text for prompt in self.prompts), self.images)

    def requests(self, model: "ModelCard") -> tuple[ImageRequest, ...]:
        """Return the requests to one model: by profession, then adjective, then replicate."""
        return tuple(
            ImageRequest(model.spec, prompt, replicate)
            for prompt in self.prompts
            for replicate in range(self.images)
        )

    @property
    def looked_at(self) -> "tuple[Axis, ...]":
        """The axes that images are classified on: the study's own and the gate's."""
        asked = {axis.name for axis in self.axes}
        gate = (find_axis(SUBJECT),) if self.gate and SUBJECT not in asked else ()
        return (*self.axes, *gate)

    @property
    def decided_on(self) -> "tuple[Axis, ...]":
        """The study's axes with the thresholds that its answers are given at."""
        if self.recalibration is None:
            return self.axes
        threshold = self.recalibration.threshold
        return tuple(replace(axis, threshold=threshold) for axis in self.axes)

    def classifier_of(self, model: "ModelCard", axis: "Axis") -> "ClassifierSpec":
        """Return the classifier of a model's images on an axis."""
        return classifier_of(self.classifier, model, axis)

    def stored_instruments(self, model: "ModelCard") -> "dict[str, Instrument]":
        """Return the instruments whose perceptions of a model's images are stored, by axis name.

        The gate's is included. Recalibrated and gated answers are derived from these perceptions.
        """
        return {
            axis.name: Instrument.of(self.classifier_of(model, axis), axis)
            for axis in self.looked_at
        }

    def instruments(self, model: "ModelCard") -> "dict[str, Instrument]":
        """Return the instruments that answer for a model's images, by axis name."""
        stored = self.stored_instruments(model)
        gate = stored[SUBJECT] if self.gate else None
        return {
            axis.name: replace(stored[axis.name], calibration=self.recalibration, gate=gate)
            for axis in self.axes
        }

    def _refuse_mixed_methods(self) -> None:
        """Refuse models whose images are measured in different ways on an axis."""
        for axis in self.looked_at:
            if axis.method == "captions":
                continue
            ways = {self.classifier_of(card, axis): card.spec.name for card in self.models}
            if len(ways) > 1:
                listed = " and ".join(f"{str(way)!r} ({name!r})" for way, name in ways.items())
                raise InvalidData(
                    _(
                        "{name!r} is answered in different ways for these models: {listed}. "
                        "They are never mixed in one table. Ask about one model at a time."
                    ).format(name=axis.name, listed=listed)
                )


def run(  # noqa: PLR0913 - its parts come together here and nowhere else
    study: Study,
    store: "Store",
    generators: "Callable[[ModelSpec], Generator]",
    classifiers: "Callable[[ClassifierSpec], Classifier]",
    cancelled: "Callable[[], bool]" = lambda: False,
    batch: int = 32,
    at_once: int = 1,
    *,
    meter: "Meter" = Unmetered(),
) -> "Iterator[Progress]":
    """Generate the missing images, classify them and save both, batch by batch.

    Stored images and perceptions are not made again, and no model is loaded if nothing is missing.
    So a run that was stopped at any time can be resumed by starting it again. Before the first
    image is generated, every model is asked whether it can tell the prompts apart. Several models
    take turns, so that a part of a run has the same images of each.

    Args:
        study: the study.
        store: the store to read from and write to.
        generators: returns the generator of a model.
        classifiers: returns the classifier of a specification.
        cancelled: called after every batch; once it is true, the run ends, all batches kept.
        batch: the largest number of images in a batch.
        at_once: the number of images that services generate at the same time.
        meter: measures the energy, which is stored too.

    Raises:
        StoreUnwritable: something is missing, and nothing can be stored.
    """
    for card in study.models:
        store.check(study.asked(card))
    if cancelled():
        return
    work = _work(study, store)
    pace = Pace(work)
    if pace.total:
        _log.info("A run of %d images in batches of %d: %r", pace.total, batch, study)
        store.require_writable()
        meter.start()
        yield pace.start()
    if warnings := _check(study, work, generators):
        yield replace(pace.start(), warnings=warnings)
    look = partial(Classifying, study.looked_at, store=store, classifiers=classifiers, meter=meter)
    looks = {card.spec: look(study.stored_instruments(card)) for card in study.models}
    for card in study.models:
        to_classify = stored(unclassified(study, store, card), store)
        for images in batches(to_classify, batch, cancelled):
            looks[card.spec](images)
            yield pace.progress("classify", images)
    if not cancelled():
        generate = Generating(store, generators, looks, pace, cancelled, meter)
        hosted = any(isinstance(card.spec.settings, Hosted) for card in study.models)
        turns = Turns(batch, min(batch, at_once) if hosted else 1)
        left = [missing(study, store, card) for card in study.models]
        yield from generate(turns.take((one.text for one in study.prompts), left), turns)


def classify_stored(
    studies: "Sequence[Study]",
    store: "Store",
    classifiers: "Callable[[ClassifierSpec], Classifier]",
    batch: int = 32,
    meter: "Meter" = Unmetered(),
) -> "Iterator[int]":
    """Classify stored images for several studies of the same images, without generating any.

    Every study classifies a batch before the next one is read, so that a classifier shared by
    several studies sees each image once. Yields the number of images in each batch.
    """
    for card in studies[0].models:
        wanted = [(study, unclassified(study, store, card)) for study in studies]
        looks = [
            Classifying(study.looked_at, study.stored_instruments(card), store, classifiers, meter)
            for study, some in wanted
            if some
        ]
        requests = {request.key: request for _, some in wanted for request in some}
        if requests:
            store.require_writable()
            meter.start()
        for images in batches(stored(requests.values(), store), batch, lambda: False):
            for look in looks:
                look(images)
            yield len(images)


def prepare(study: Study) -> bool:
    """Download the better face detector, if the study needs it and it is not installed.

    If the download fails, another detector finds the faces, under another instrument's name. So
    this is called before a run, never during one.

    Returns:
        Whether it was needed and could not be downloaded.

    Raises:
        ModelBroken: the downloaded file has an unexpected checksum.
    """
    from explorer.classifiers.faces import fetch_detector

    return wants_detector(study) and fetch_detector() == "Haar"


def wants_detector(study: Study) -> bool:
    """Return whether the study finds faces without the better detector."""
    return any(
        study.classifier_of(card, axis).detector == "Haar"
        for card in study.models
        for axis in study.looked_at
    )


def missing(study: Study, store: "Store", model: "ModelCard") -> tuple[ImageRequest, ...]:
    """Return the requests of one model that are not generated yet, in order, without repeats."""
    here = _stored_images(study.asked(model), store)
    texts = [text for text, number in here.items() if number.total() < study.images]
    there = store.replicates(Asked(model.spec, tuple(texts), study.images))
    return tuple(
        ImageRequest(model.spec, prompt, replicate)
        for prompt in _prompts(study, texts)
        for replicate in range(study.images)
        if (prompt.text, replicate) not in there
    )


def lacking(study: Study, store: "Store", model: "ModelCard") -> int:
    """Return the number of images of one model not generated yet."""
    here = _stored_images(study.asked(model), store)
    return sum(study.images - number.total() for number in here.values())


def count_missing(study: Study, store: "Store") -> int:
    """Return the number of images not generated yet, over all models."""
    return sum(lacking(study, store, card) for card in study.models)


def forget_failed(study: Study, store: "Store") -> None:
    """Forget the images that came to nothing, so that the next run generates them again."""
    for card in study.models:
        store.forget_filtered(study.asked(card), FAILURES)


def other_versions(study: Study, store: "Store") -> tuple[str, ...]:
    """Return the names of other versions of the study's models that have images.

    A model of the hub has a version for each commit, a folder one for each content.
    """
    return tuple(
        f"{card.spec.repo}@{revision}"
        for card in study.models
        if "/" in card.spec.repo
        for revision in store.revisions(card.spec.repo)
        if revision != card.spec.revision
    )


def unclassified(study: Study, store: "Store", model: "ModelCard") -> tuple[ImageRequest, ...]:
    """Return the stored images of one model not classified yet on every axis, in order."""
    asked = study.asked(model)
    found: set[tuple[str, int]] = set()
    for axis, instrument in study.stored_instruments(model).items():
        found |= store.unclassified_of(asked, axis, instrument)
    replicates: dict[str, list[int]] = {}
    for text, replicate in sorted(found):
        replicates.setdefault(text, []).append(replicate)
    return tuple(
        ImageRequest(model.spec, prompt, replicate)
        for prompt in _prompts(study, replicates)
        for replicate in replicates[prompt.text]
    )


def count_unclassified(study: Study, store: "Store") -> int:
    """Return the number of stored images not classified yet on every axis, over all models."""
    return sum(len(unclassified(study, store, card)) for card in study.models)


def _check(
    study: Study, work: "dict[Work, int]", generators: "Callable[[ModelSpec], Generator]"
) -> tuple[str, ...]:
    """Return the warnings of the models that have images to generate."""
    specs = [card.spec for card in study.models if work["generate", card.spec]]
    return tuple(one for spec in specs for one in generators(spec).check(study.prompts))


def _work(study: Study, store: "Store") -> "dict[Work, int]":
    """Return the numbers of images to classify and to generate, for each model."""
    work: dict[Work, int] = {}
    for card in study.models:
        work["classify", card.spec] = len(unclassified(study, store, card))
        work["generate", card.spec] = lacking(study, store, card)
    return work


def _stored_images(asked: Asked, store: "Store") -> dict[str, Counter[str | None]]:
    """Return the number of stored images of each text, by the reason for filtering them."""
    stored: dict[str, Counter[str | None]] = {text: Counter() for text in asked.texts}
    for text, filtered, number in store.image_counts(asked):
        stored[text][filtered] += number
    return stored


def _prompts(study: Study, texts: "Iterable[str]") -> "Iterable[Prompt]":
    """Return the prompts with these texts in the study's order, one per text."""
    wanted = set(texts)
    return {one.text: one for one in study.prompts if one.text in wanted}.values()
