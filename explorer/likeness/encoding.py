"""Embeddings of stored images that were classified before embeddings were stored."""

from typing import TYPE_CHECKING, cast

from explorer.classifiers.find import classifier_of
from explorer.models.readings import CLASSIFIED
from explorer.models.requests import ImageRequest
from explorer.perception.axes import GENDER, find_axis
from explorer.perception.instruments import ClassifierSpec
from explorer.progress import Pace, batches
from explorer.stages import Unmetered, embed_missing, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.models.catalog import ModelCard
    from explorer.progress import Progress
    from explorer.stages import Classifier, Encoder, Meter
    from explorer.store.index import Store
    from explorer.study import Study


def encoder_of(study: "Study", model: "ModelCard") -> ClassifierSpec:
    """Return the CLIP that classifies a model's images, as it sees them whole."""
    spec = classifier_of(study.classifier, model, find_axis(GENDER))
    return ClassifierSpec("captions", None, spec.backbone, spec.revision)


def unencoded(study: "Study", store: "Store", model: "ModelCard") -> tuple[ImageRequest, ...]:
    """Return the stored images of one model that have no embedding, in order."""
    lacking = store.embeddings.lacking_of(study.asked(model), encoder_of(study, model))
    return tuple(
        ImageRequest(model.spec, prompt, replicate)
        for prompt in study.prompts
        for replicate in range(study.images)
        if (prompt.text, replicate) in lacking
    )


def count_unencoded(study: "Study", store: "Store") -> int:
    """Return the number of stored images without an embedding, over all models."""
    return sum(
        len(store.embeddings.lacking_of(study.asked(card), encoder_of(study, card)))
        for card in study.models
    )


def encode(
    study: "Study",
    store: "Store",
    classifiers: "Callable[[ClassifierSpec], Classifier]",
    cancelled: "Callable[[], bool]" = lambda: False,
    batch: int = 32,
    *,
    meter: "Meter" = Unmetered(),
) -> "Iterator[Progress]":
    """Encode the stored images that have no embedding and store it, batch by batch.

    A run that was stopped at any time is resumed by starting it again.

    Args:
        study: the study.
        store: the store to read from and write to.
        classifiers: returns the classifier of a specification.
        cancelled: called after every batch; once it is true, the run ends, all batches kept.
        batch: the number of images in a batch.
        meter: measures the energy, which is stored too.

    Raises:
        StoreUnwritable: something is missing, and nothing can be stored.
    """
    work = {card: unencoded(study, store, card) for card in study.models}
    pace = Pace({("classify", card.spec): len(some) for card, some in work.items()})
    if not pace.total:
        return
    store.require_writable()
    meter.start()
    yield pace.start()
    for card, requests in work.items():
        spec = encoder_of(study, card)
        for images in batches(stored(requests, store), batch, cancelled):
            with meter.measuring(CLASSIFIED, card.spec, len(images)):
                embed_missing(images, spec, cast("Encoder", classifiers(spec)), store)
            store.energy.save(meter.taken())
            yield pace.progress("classify", images)
