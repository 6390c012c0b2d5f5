"""The one path: words become prompts, pictures, perceptions and findings.

The page, the command line and the tests all run it; they differ only in how they show Progress.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from explorer import __version__, settings
from explorer.classifiers.find import judge_name
from explorer.errors import InvalidData, OutOfRange, StoreCorrupt
from explorer.findings.comparison import compare
from explorer.findings.tables import Provenance
from explorer.findings.tallies import tally
from explorer.perception.axes import find_axis, load_axes
from explorer.perception.decide import decide_anew, instrument_name
from explorer.perception.subject import SUBJECT, behind_gate, gated_name
from explorer.pictures.catalog import classifier_version
from explorer.pictures.requests import ImageRequest
from explorer.progress import Pace, Progress, batches, growing_batches
from explorer.settings import MAX_IMAGES_PER_PROMPT
from explorer.words.prompts import TEMPLATE, Prompt, check_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from explorer.findings.comparison import Comparison
    from explorer.findings.tallies import By, Observation, Tally
    from explorer.perception.axes import Axis, Perception
    from explorer.perception.decide import Recalibration
    from explorer.pictures.catalog import ModelCard
    from explorer.pictures.requests import ModelSpec, Picture
    from explorer.store.index import Store

_LIBRARIES = ("torch", "diffusers", "transformers", "open_clip_torch")
_PIXEL_LIBRARIES = ("opencv-python-headless", "scikit-image")


class Generator(Protocol):
    """Who draws."""

    def draw(self, requests: "Sequence[ImageRequest]") -> "Iterator[Picture]":
        """Yield one picture for each request, in order, as soon as each is there."""
        ...


class Classifier(Protocol):
    """Who looks."""

    def classify(self, pictures: "Sequence[Picture]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception for each picture, in order; none of the pictures is withheld."""
        ...


@dataclass(frozen=True, slots=True)
class Study:
    """What is asked: every model draws every profession with every adjective, `images` times.

    An adjective of None is the prompt without one. `level` is the confidence of the intervals.
    `classifier` overrides the one that each model's card names; None keeps those. Each axis is
    judged by one instrument, and counted by no other. With `gate`, only pictures of one person are
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
        """Refuse what cannot be drawn or counted."""
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
        """Return the instrument that answers for this model's pictures, by axis name."""
        readers = self.readers(model)
        names = {axis.name: readers[axis.name] for axis in self.axes}
        if self.recalibration:
            names = {axis: self.recalibration.instrument(name) for axis, name in names.items()}
        if not self.gate:
            return names
        return {axis: gated_name(name, readers[SUBJECT]) for axis, name in names.items()}

    def readers(self, model: "ModelCard") -> dict[str, str]:
        """Return whose perceptions are stored of this model's pictures, by axis name.

        The gate's among them; who answers behind a gate, or is calibrated, is stored under the name
        of its own.
        """
        return {
            axis.name: instrument_name(classifier_version(self.judge(model, axis)), axis)
            for axis in self.looked_at
        }

    def _refuse_mixed_methods(self) -> None:
        """Refuse models whose pictures are measured in different ways on an axis."""
        for axis in self.looked_at:
            if axis.reader == "captions":
                continue
            methods = {self.judge(card, axis): card.spec.name for card in self.models}
            if len(methods) > 1:
                told = " and ".join(f"{method!r} ({name!r})" for method, name in methods.items())
                raise InvalidData(
                    f"{axis.name!r} is answered in different ways for these models: {told}. These "
                    "are never mixed in one table. Ask about one model at a time."
                )

    @property
    def looked_at(self) -> "tuple[Axis, ...]":
        """The axes that pictures are judged on: those asked for, and the gate's."""
        asked = {axis.name for axis in self.axes}
        gate = (find_axis(SUBJECT),) if self.gate and SUBJECT not in asked else ()
        return (*self.axes, *gate)

    @property
    def decided_on(self) -> "tuple[Axis, ...]":
        """The axes asked for, with the thresholds that decide about answers."""
        if self.recalibration is None:
            return self.axes
        return tuple(map(self.recalibration.axis, self.axes))

    def judge(self, model: "ModelCard", axis: "Axis") -> str:
        """Return the name of the classifier that judges this model's pictures on an axis."""
        return judge_name(self.classifier, model, axis)


def run(
    study: Study,
    store: "Store",
    generators: "Callable[[ModelSpec], Generator]",
    classifiers: "Callable[[str], Classifier]",
    cancelled: "Callable[[], bool]" = lambda: False,
    batch: int = 32,
) -> "Iterator[Progress]":
    """Draw what the store lacks, judge it and save both, batch by batch.

    Nothing that is stored is drawn or judged again, and no model is loaded when nothing is
    missing: a run that was stopped at any moment goes on by being started again.

    Args:
        study: what is asked.
        store: where pictures and perceptions are and go.
        generators: gives the generator that draws for a model.
        classifiers: gives the classifier of a name.
        cancelled: asked after every batch; the run ends, with what is drawn saved, once true.
        batch: how many pictures at most are drawn, judged and saved together.
    """
    undrawn = len(missing(study, store))
    pace = Pace(undrawn + len(unjudged(study, store)))
    if pace.total and not cancelled():
        yield Progress(0, pace.total, "draw" if undrawn else "judge", None, None, None)
    for card in study.models:
        judge = _Judge(study, card, store, classifiers)
        stored = _stored(unjudged(study, store, card), store)
        for pictures in batches(stored, batch, cancelled):
            judge(pictures)
            yield pace.progress("judge", pictures)
        requests = () if cancelled() else store.missing(study.requests(card))
        for pictures in _drawn(requests, generators, batch, cancelled):
            store.save(pictures)
            judge(pictures)
            yield pace.progress("draw", pictures)


def judge(
    studies: "Sequence[Study]",
    store: "Store",
    classifiers: "Callable[[str], Classifier]",
    batch: int = 32,
) -> "Iterator[int]":
    """Judge stored pictures for several studies of the same pictures; draw nothing.

    All of them look at a batch before the next one is read, so that a classifier that answers
    several of them sees it once. Yields how many pictures each batch had.
    """
    for card in studies[0].models:
        wanted = [(study, unjudged(study, store, card)) for study in studies]
        judges = [_Judge(study, card, store, classifiers) for study, some in wanted if some]
        requests = {request.key: request for _, some in wanted for request in some}
        for pictures in batches(_stored(requests.values(), store), batch, lambda: False):
            for look in judges:
                look(pictures)
            yield len(pictures)


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

    judges = (study.judge(card, axis) for card in study.models for axis in study.looked_at)
    return any("Haar" in name for name in judges) and fetch_detector() == "Haar"


def missing(study: Study, store: "Store") -> tuple[ImageRequest, ...]:
    """Return what is still to be drawn, over all models."""
    return tuple(
        request for card in study.models for request in store.missing(study.requests(card))
    )


def unjudged(
    study: Study, store: "Store", model: "ModelCard | None" = None
) -> tuple[ImageRequest, ...]:
    """Return what is drawn and still to be judged on some axis; all models' if None is given."""
    found: dict[str, ImageRequest] = {}
    for card in study.models if model is None else (model,):
        requests = study.requests(card)
        for axis, instrument in study.readers(card).items():
            found |= {one.key: one for one in store.unjudged(requests, axis, instrument)}
    return tuple(found.values())


def observations(study: Study, store: "Store", model: "ModelCard") -> "tuple[Observation, ...]":
    """Return one model's stored pictures with what its instruments said of them."""
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
    """Return what the study's own instrument makes of what is stored of a picture."""
    if study.recalibration:
        anew = (
            decide_anew(seen[axis.name], axis, study.recalibration)
            for axis in study.axes
            if axis.name in seen
        )
        seen = {**seen, **{one.axis: one for one in anew}}
    return behind_gate(seen, study.axes) if study.gate else seen


def provenance(study: Study, store: "Store", model: "ModelCard") -> Provenance:
    """Return how one model's pictures came about, everything that took part in drawing them."""
    made = store.provenance(model.spec)
    return Provenance(
        model=model.spec,
        instruments=tuple(study.instruments(model).items()),
        tool_version=__version__,
        device=_joined(one.device for one in made),
        libraries=_joined(one.libraries for one in made),
    )


class _Judge:
    """Perceives and decides what is not judged yet of one model's stored pictures.

    A classifier loads at the first picture that it has to look at.
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

    def __call__(self, pictures: "Sequence[Picture]") -> None:
        self._store.save_perceptions(
            seen for axis in self._study.looked_at for seen in self._look(pictures, axis)
        )
        self._store.record(_made_here(self._study, self._model))

    def _look(self, pictures: "Sequence[Picture]", axis: "Axis") -> "Iterable[Perception]":
        requests = [picture.request for picture in pictures]
        wanted = self._store.unjudged(requests, axis.name, self._readers[axis.name])
        keys = {request.key for request in wanted}
        shown = [picture for picture in pictures if picture.request.key in keys]
        return self._classifier(axis).classify(shown, axis) if shown else ()

    def _classifier(self, axis: "Axis") -> Classifier:
        name = self._study.judge(self._model, axis)
        if name not in self._loaded:
            self._loaded[name] = self._classifiers(name)
        return self._loaded[name]


def _drawn(
    requests: "Sequence[ImageRequest]",
    generators: "Callable[[ModelSpec], Generator]",
    batch: int,
    cancelled: "Callable[[], bool]",
) -> "Iterator[tuple[Picture, ...]]":
    if requests:
        draw = generators(requests[0].model).draw
        yield from growing_batches(requests, draw, batch, cancelled)


def _stored(requests: "Iterable[ImageRequest]", store: "Store") -> "Iterator[Picture]":
    for request in requests:
        # The store has reported and forgotten the picture: it counts as missing and is redrawn.
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
