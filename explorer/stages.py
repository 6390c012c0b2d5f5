"""The stages of a run: models generate in turns, and classifiers look at every batch."""

from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from explorer.errors import StoreCorrupt
from explorer.models.readings import CLASSIFIED, GENERATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.models.provenance import Provenance
    from explorer.models.readings import Done, Reading
    from explorer.models.requests import Image, ImageRequest, ModelSpec
    from explorer.perception.axes import Axis, Perception
    from explorer.perception.instruments import ClassifierSpec, Instrument
    from explorer.progress import Pace, Progress, Turns
    from explorer.store.index import Store
    from explorer.words.prompts import Prompt


class Generator(Protocol):
    """Generates images."""

    @property
    def provenance(self) -> "Provenance":
        """The device and the libraries that generate."""
        ...

    def load(self) -> None:
        """Load the model, unless it is loaded."""
        ...

    def check(self, prompts: "Sequence[Prompt]") -> tuple[str, ...]:
        """Return warnings about prompts as sentences; refuse those that it cannot tell apart."""
        ...

    def generate(self, requests: "Sequence[ImageRequest]") -> "Iterator[Image]":
        """Yield one image for each request, in order, each as soon as it is ready."""
        ...


class Classifier(Protocol):
    """Classifies images."""

    def classify(self, images: "Sequence[Image]", axis: "Axis") -> "Iterator[Perception]":
        """Yield one perception for each image, in order; none of the images is filtered."""
        ...


class Encoder(Classifier, Protocol):
    """Classifies whole images by their embeddings."""

    def embed(self, images: "Sequence[Image]") -> "NDArray[np.float16]":
        """Return the embeddings of images, in order, as rows of length 1."""
        ...


class Meter(Protocol):
    """Measures the energy of a run."""

    def start(self) -> None:
        """Get ready beside everything else; nothing waits for it."""
        ...

    def measuring(
        self, done: "Done", model: "ModelSpec", images: int
    ) -> AbstractContextManager[None]:
        """Measure what the block takes to generate or classify images of a model."""
        ...

    def taken(self) -> "Sequence[tuple[ModelSpec, Reading]]":
        """Return the readings since the last call, with their models."""
        ...


class Unmetered:
    """Measures nothing."""

    def start(self) -> None:
        """Do nothing."""

    def measuring(
        self, done: "Done", model: "ModelSpec", images: int
    ) -> AbstractContextManager[None]:
        """Return a block that is not measured."""
        del done, model, images
        return nullcontext()

    def taken(self) -> "Sequence[tuple[ModelSpec, Reading]]":
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Classifying:
    """Classifies images of one model on each axis on which they are not classified yet.

    A classifier is loaded when it gets its first image.
    """

    axes: "tuple[Axis, ...]"
    instruments: "Mapping[str, Instrument]"
    store: "Store"
    classifiers: "Callable[[ClassifierSpec], Classifier]"
    meter: Meter = field(default_factory=Unmetered)
    loaded: "dict[ClassifierSpec, Classifier]" = field(default_factory=dict)

    def __call__(self, images: "Sequence[Image]") -> None:
        """Classify a batch; store perceptions, embeddings and the energy that the batch took."""
        with self.meter.measuring(CLASSIFIED, images[0].request.model, len(images)):
            self.store.save_perceptions(
                seen for axis in self.axes for seen in self._look(images, axis)
            )
            self._keep_embeddings(images)
        self.store.energy.save(self.meter.taken())

    def _look(self, images: "Sequence[Image]", axis: "Axis") -> "Iterable[Perception]":
        instrument = self.instruments[axis.name]
        requests = [image.request for image in images]
        wanted = self.store.unclassified(requests, axis.name, instrument)
        keys = {request.key for request in wanted}
        shown = [image for image in images if image.request.key in keys]
        if not shown:
            return ()
        spec = instrument.classifier
        if spec not in self.loaded:
            self.loaded[spec] = self.classifiers(spec)
        return self.loaded[spec].classify(shown, axis)

    def _keep_embeddings(self, images: "Sequence[Image]") -> None:
        """Store the embeddings by which the classifiers of whole images have decided."""
        for spec, classifier in self.loaded.items():
            if spec.method == "captions":
                embed_missing(images, spec, cast("Encoder", classifier), self.store)


@dataclass(frozen=True, slots=True)
class Generating:
    """Generates images in turns, and classifies each batch; `looks` has a stage for each model."""

    store: "Store"
    generators: "Callable[[ModelSpec], Generator]"
    looks: "Mapping[ModelSpec, Classifying]"
    pace: "Pace"
    cancelled: "Callable[[], bool]"
    meter: Meter = field(default_factory=Unmetered)

    def __call__(
        self, requests: "Iterable[Sequence[ImageRequest]]", turns: "Turns"
    ) -> "Iterator[Progress]":
        """Carry out turn after turn; each has requests to one model."""
        for turn in requests:
            spec = turn[0].model
            # Asked for anew in every turn, so that a model can make room for another.
            generator = self.generators(spec)
            with turns.loading(spec):
                generator.load()
            self.pace.restart()
            for batch in turns.batches(turn):
                with self.meter.measuring(GENERATED, spec, len(batch)):
                    images = self._stored(generator, batch)
                self.looks[spec](images)
                yield self.pace.progress("generate", images)
                if self.cancelled():
                    return

    def _stored(self, generator: Generator, requests: "Sequence[ImageRequest]") -> "list[Image]":
        """Return the images of a batch, stored; those before a failure are stored, too."""
        images: list[Image] = []
        try:
            images.extend(generator.generate(requests))
        finally:
            if images:
                self.store.save(images)
                self.store.record(requests[0].model, generator.provenance)
        return images


def embed_missing(
    images: "Sequence[Image]", spec: "ClassifierSpec", encoder: Encoder, store: "Store"
) -> None:
    """Store the embeddings of those of the images whose embeddings are not stored yet."""
    lacking = store.embeddings.lacking([image.request.key for image in images], spec)
    if wanted := [image for image in images if image.request.key in lacking]:
        keys = [image.request.key for image in wanted]
        store.embeddings.save(dict(zip(keys, encoder.embed(wanted), strict=True)), spec)


def stored(requests: "Iterable[ImageRequest]", store: "Store") -> "Iterator[Image]":
    """Yield stored images; a damaged one is left out, and counts as missing from then on."""
    for request in requests:
        with suppress(StoreCorrupt):
            yield store.load(request)
