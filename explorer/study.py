"""The one path: words become prompts, images, perceptions and findings.

The page, the command line and the tests all run it; they differ only in how they show Progress.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from explorer import __version__, settings
from explorer.classifiers.find import classify_name
from explorer.errors import InvalidData, OutOfRange, StoreCorrupt
from explorer.findings.comparison import compare
from explorer.findings.tables import Provenance
from explorer.findings.tallies import tally
from explorer.models.catalog import classifier_version
from explorer.models.requests import ImageRequest
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.decide import decide_anew, instrument_name
from explorer.perception.subject import SUBJECT, behind_gate, gated_name
from explorer.progress import Pace, Progress, batches, growing_batches
from explorer.settings import MAX_IMAGES_PER_PROMPT
from explorer.words.prompts import TEMPLATE, Prompt, check_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from explorer.findings.comparison import Comparison
    from explorer.findings.tallies import By, Observation, Tally
    from explorer.models.catalog import ModelCard
    from explorer.models.requests import Image, ModelSpec
    from explorer.perception.axes import Axis, Perception
    from explorer.perception.decide import Recalibration
    from explorer.store.index import Store

_LIBRARIES = ("torch", "diffusers", "transformers", "open_clip_torch")
_PIXEL_LIBRARIES = ("opencv-python-headless", "scikit-image")


class Generator(Protocol):
    """Who generates."""

    def generate(self, requests: "Sequence[ImageRequest]") -> "Iterator[Image]":
        """Yield one image for each request, in order, as soon as each is there."""
        ...


class Classifier(Protocol):
    """Who looks."""

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception for each image, in order; none of the images is filtered."""
        ...


@dataclass(frozen=True, slots=True)
class Study:
    """What is asked: every model generates every profession with every adjective, `images` times.

    An adjective of None is the prompt without one. `level` is the confidence of the intervals.
    `classifier` overrides the one that each model's card names; None keeps those. Each axis is
    classified by one instrument, and counted by no other. With `gate`, only images of one person are
    answered for; what the others show is counted as the reason for no answer. With a
    `recalibration`, which is of one model and one axis, answers are given anew from what is stored
    and are those of an instrument of its own.

    Raises:
        OutOfRange: `images` or `level` lies outside its limits.
        InvalidData: something is named twice or not at all, the template is unusable, or an axis
            would be measured in different ways.
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
        """Refuse what cannot be generated or counted."""
        if not 1 <= self.images <= MAX_IMAGES_PER_PROMPT:
            raise OutOfRange(
                f"Images per prompt is {self.images!r}. Give a whole number from 1 to "
                f"{MAX_IMAGES_PER_PROMPT}."
            )
        if not 0 < self.level < 1:
            raise OutOfRange(f"Level is {self.level!r}. Give a number between 0 and 1, 0.95 say.")
        _distinct("model", [card.spec.name for card in self.models])
        _distinct("profession", self.professions)
        _distinct("adjective", self.adjectives)
        _distinct("axis", [axis.name for axis in self.axes])
        check_template(self.template)
        self._refuse_mixed_methods()

    def requests(self, model: "ModelCard") -> tuple[ImageRequest, ...]:
        """Return what one model is asked for: by profession, then adjective, then replicate."""
        template = check_template(self.template)
        prompts = [
            Prompt(profession, adjective, template)
            for profession in self.professions
            for adjective in self.adjectives
        ]
        return tuple(
            ImageRequest(model.spec, prompt, replicate)
            for prompt in prompts
            for replicate in range(self.images)
        )

    def instruments(self, model: "ModelCard") -> dict[str, str]:
        """Return the instrument that answers for this model's images, by axis name."""
        readers = self.readers(model)
        names = {axis.name: readers[axis.name] for axis in self.axes}
        if self.recalibration:
            names = {axis: self.recalibration.instrument(name) for axis, name in names.items()}
        if not self.gate:
            return names
        return {axis: gated_name(name, readers[SUBJECT]) for axis, name in names.items()}

    def readers(self, model: "ModelCard") -> dict[str, str]:
        """Return whose perceptions are stored of this model's images, by axis name.

        The gate's among them; who answers behind a gate, or is calibrated, is stored under the name
        of its own.
        """
        return {
            axis.name: instrument_name(classifier_version(self.classify(model, axis)), axis)
            for axis in self.looked_at
        }

    def _refuse_mixed_methods(self) -> None:
        """Refuse models whose images are measured in different ways on an axis."""
        for axis in self.looked_at:
            if axis.reader == "captions":
                continue
            methods = {self.classify(card, axis): card.spec.name for card in self.models}
            if len(methods) > 1:
                told = " and ".join(f"{method!r} ({name!r})" for method, name in methods.items())
                raise InvalidData(
                    f"{axis.name!r} is answered in different ways for these models: {told}. These "
                    "are never mixed in one table. Ask about one model at a time."
                )

    @property
    def looked_at(self) -> "tuple[Axis, ...]":
        """The axes that images are classified on: those asked for, and the gate's."""
        asked = {axis.name for axis in self.axes}
        gate = (find_axis(SUBJECT),) if self.gate and SUBJECT not in asked else ()
        return (*self.axes, *gate)

    @property
    def decided_on(self) -> "tuple[Axis, ...]":
        """The axes asked for, with the thresholds that decide about answers."""
        if self.recalibration is None:
            return self.axes
        return tuple(map(self.recalibration.axis, self.axes))

    def classify(self, model: "ModelCard", axis: "Axis") -> str:
        """Return the name of the classifier that classifies this model's images on an axis."""
        return classify_name(self.classifier, model, axis)


def run(
    study: Study,
    store: "Store",
    generators: "Callable[[ModelSpec], Generator]",
    classifiers: "Callable[[str], Classifier]",
    cancelled: "Callable[[], bool]" = lambda: False,
    batch: int = 32,
) -> "Iterator[Progress]":
    """Generate what the store lacks, classify it and save both, batch by batch.

    Nothing that is stored is generated or classified again, and no model is loaded when nothing is
    missing: a run that was stopped at any moment goes on by being started again.

    Args:
        study: what is asked.
        store: where images and perceptions are and go.
        generators: gives the generator that generates for a model.
        classifiers: gives the classifier of a name.
        cancelled: asked after every batch; the run ends, with what is generated saved, once true.
        batch: how many images at most are generated, classified and saved together.
    """
    missing = len(missing(study, store))
    pace = Pace(missing + len(unclassified(study, store)))
    if pace.total and not cancelled():
        yield Progress(0, pace.total, "generate" if missing else "classify", None, None, None)
    for card in study.models:
        classify = _Classify(study, card, store, classifiers)
        stored = _stored(unclassified(study, store, card), store)
        for images in batches(stored, batch, cancelled):
            classify(images)
            yield pace.progress("classify", images)
        requests = () if cancelled() else store.missing(study.requests(card))
        for images in _generated(requests, generators, batch, cancelled):
            store.save(images)
            classify(images)
            yield pace.progress("generate", images)


def classify(
    studies: "Sequence[Study]",
    store: "Store",
    classifiers: "Callable[[str], Classifier]",
    batch: int = 32,
) -> "Iterator[int]":
    """Classify stored images for several studies of the same images; generate nothing.

    All of them look at a batch before the next one is read, so that a classifier that answers
    several of them sees it once. Yields how many images each batch had.
    """
    for card in studies[0].models:
        wanted = [(study, unclassified(study, store, card)) for study in studies]
        classifies = [_Classify(study, card, store, classifiers) for study, some in wanted if some]
        requests = {request.key: request for _, some in wanted for request in some}
        for images in batches(_stored(requests.values(), store), batch, lambda: False):
            for look in classifies:
                look(images)
            yield len(images)


def prepare(study: Study) -> bool:
    """Fetch what finds faces best, where the study looks for faces and it is not here.

    Faces are found in another way where it cannot be fetched, under another instrument's name. So
    this comes before a run, not during one.

    Returns:
        Whether it was wanted and could not be fetched.

    Raises:
        ModelBroken: what was fetched is not what is known.
    """
    from explorer.classifiers.faces import fetch_detector

    classifies = (study.classify(card, axis) for card in study.models for axis in study.looked_at)
    return any("Haar" in name for name in classifies) and fetch_detector() == "Haar"


def missing(study: Study, store: "Store") -> tuple[ImageRequest, ...]:
    """Return what is still to be generated, over all models."""
    return tuple(
        request for card in study.models for request in store.missing(study.requests(card))
    )


def unclassified(
    study: Study, store: "Store", model: "ModelCard | None" = None
) -> tuple[ImageRequest, ...]:
    """Return what is generated and still to be classified on some axis; all models' if None is given."""
    found: dict[str, ImageRequest] = {}
    for card in study.models if model is None else (model,):
        requests = study.requests(card)
        for axis, instrument in study.readers(card).items():
            found |= {one.key: one for one in store.unclassified(requests, axis, instrument)}
    return tuple(found.values())


def observations(study: Study, store: "Store", model: "ModelCard") -> "tuple[Observation, ...]":
    """Return one model's stored images with what its instruments said of them."""
    found = store.observations(study.requests(model), study.readers(model))
    if not (study.gate or study.recalibration):
        return found
    return tuple(replace(one, perceptions=_answered(study, one.perceptions)) for one in found)


def tallies(study: Study, store: "Store", by: "By") -> "tuple[Tally, ...]":
    """Count the perceptions of everything stored, model by model."""
    return tuple(row for card in study.models for row in _tallies(study, store, card, by))


def comparisons(study: Study, store: "Store", by: "By") -> "tuple[Comparison, ...]":
    """Set the study's first model beside its second, cell by cell."""
    left, right = (_tallies(study, store, card, by) for card in study.models)
    return compare(left, right)


def _tallies(study: Study, store: "Store", model: "ModelCard", by: "By") -> "tuple[Tally, ...]":
    stored = observations(study, store, model)
    return tally(stored, study.requests(model), study.decided_on, by, study.level)


def _answered(study: Study, seen: "Mapping[str, Perception]") -> "Mapping[str, Perception]":
    """Return what the study's own instrument makes of what is stored of an image."""
    if study.recalibration:
        anew = (
            decide_anew(seen[axis.name], axis, study.recalibration)
            for axis in study.axes
            if axis.name in seen
        )
        seen = {**seen, **{one.axis: one for one in anew}}
    return behind_gate(seen, study.axes) if study.gate else seen


def provenance(study: Study, store: "Store", model: "ModelCard") -> Provenance:
    """Return how one model's images came about, everything that took part in generating them."""
    made = store.provenance(model.spec)
    return Provenance(
        model=model.spec,
        instruments=tuple(study.instruments(model).items()),
        tool_version=__version__,
        device=_joined(one.device for one in made),
        libraries=_joined(one.libraries for one in made),
    )


class _Classify:
    """Perceives and decides what is not classified yet of one model's stored images.

    A classifier loads at the first image that it has to look at.
    """

    def __init__(
        self,
        study: Study,
        model: "ModelCard",
        store: "Store",
        classifiers: "Callable[[str], Classifier]",
    ) -> None:
        self._study = study
        self._model = model
        self._readers = study.readers(model)
        self._store = store
        self._classifiers = classifiers
        self._loaded: dict[str, Classifier] = {}

    def __call__(self, images: "Sequence[Image]") -> None:
        self._store.save_perceptions(
            seen for axis in self._study.looked_at for seen in self._look(images, axis)
        )
        self._store.record(_made_here(self._study, self._model))

    def _look(self, images: "Sequence[Image]", axis: "Axis") -> "Iterable[Perception]":
        requests = [image.request for image in images]
        wanted = self._store.unclassified(requests, axis.name, self._readers[axis.name])
        keys = {request.key for request in wanted}
        shown = [image for image in images if image.request.key in keys]
        return self._classifier(axis).classify(shown, axis) if shown else ()

    def _classifier(self, axis: "Axis") -> Classifier:
        name = self._study.classify(self._model, axis)
        if name not in self._loaded:
            self._loaded[name] = self._classifiers(name)
        return self._loaded[name]


def _generated(
    requests: "Sequence[ImageRequest]",
    generators: "Callable[[ModelSpec], Generator]",
    batch: int,
    cancelled: "Callable[[], bool]",
) -> "Iterator[tuple[Image, ...]]":
    if requests:
        generate = generators(requests[0].model).generate
        yield from growing_batches(requests, generate, batch, cancelled)


def _stored(requests: "Iterable[ImageRequest]", store: "Store") -> "Iterator[Image]":
    for request in requests:
        # The store has reported and forgotten the image: it counts as missing and is generated again.
        with suppress(StoreCorrupt):
            yield store.load(request)


def _made_here(study: Study, model: "ModelCard") -> Provenance:
    return Provenance(
        model=model.spec,
        instruments=tuple(study.instruments(model).items()),
        tool_version=__version__,
        device=settings.load().device,
        libraries=", ".join(f"{name} {version(name)}" for name in _libraries(study)),
    )


def _libraries(study: Study) -> tuple[str, ...]:
    captions_alone = all(axis.reader == "captions" for axis in study.looked_at)
    return _LIBRARIES if captions_alone else _LIBRARIES + _PIXEL_LIBRARIES


def _joined(texts: "Iterable[str | None]") -> str | None:
    return "; ".join(dict.fromkeys(filter(None, texts))) or None


def _distinct(kind: str, names: "Sequence[str | None]") -> None:
    if not names:
        raise InvalidData(f"No {kind} is given. Name at least one.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidData(f"The {kind} {twice!r} is given twice. Name it once.")
