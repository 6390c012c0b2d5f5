"""The sample study that ships with the tool, so that the first view has images."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import StoreUnwritable
from explorer.likeness.encoding import count_unencoded, encoder_of
from explorer.models.catalog import find_model
from explorer.reference.design import BUNDLED
from explorer.store.index import Store
from explorer.store.parquet import import_study
from explorer.study import Study, count_missing
from explorer.words.vocabulary import load_adjectives

if TYPE_CHECKING:
    from explorer.settings import Settings

SAMPLE_PROFESSIONS = ("author", "nurse")
SAMPLE_IMAGES = 9


def sample_study(device: str) -> Study:
    """Return the author and nurse grids of both bundled generators."""
    return Study(
        models=tuple(find_model(name, device) for name in BUNDLED),
        professions=SAMPLE_PROFESSIONS,
        adjectives=(None, *(adjective.word for adjective in load_adjectives())),
        images=SAMPLE_IMAGES,
    )


def open_store(settings: "Settings") -> Store:
    """Return the store of this machine, with the sample study in it.

    Where the cache cannot be written, because the disk is full or may only be read, the store is
    only read, and images of the sample that it lacks are held in memory.

    Raises:
        StoreError: the cache cannot be used.
    """
    try:
        return _with_sample(Store.open(settings.cache), settings.device)
    except StoreUnwritable as refusal:
        return _with_sample(Store.open_reading(settings.cache, refusal), settings.device)


def _with_sample(store: Store, device: str) -> Store:
    try:
        open_sample(store, device)
    except BaseException:
        store.close()
        raise
    return store


def open_sample(store: Store, device: str) -> None:
    """Import the sample study and its embeddings into a store unless it is complete there."""
    study = sample_study(device)
    if count_missing(study, store):
        import_study(store, sample_path())
    if store.is_writable and count_unencoded(study, store):
        _import_embeddings(study, store)


def sample_path() -> Path:
    """Return the path of the sample study."""
    return Path(__file__).with_name("sample.parquet")


def embeddings_path() -> Path:
    """Return the path of the sample's embeddings, a row for each image, model by model."""
    return Path(__file__).with_name("sample-embeddings.npy")


def _import_embeddings(study: Study, store: Store) -> None:
    """Store the embeddings that ship: to compute them takes most of a minute, and torch."""
    import numpy as np

    vectors = iter(np.load(embeddings_path()))
    for card in study.models:
        keys = [request.key for request in study.requests(card)]
        encoded = dict(zip(keys, islice(vectors, len(keys)), strict=True))
        store.embeddings.save(encoded, encoder_of(study, card))
