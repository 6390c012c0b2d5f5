"""The sample study that ships with the tool, so that the first view has images."""

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.models.catalog import find_model
from explorer.reference.design import BUNDLED
from explorer.store.parquet import import_study
from explorer.study import Study, count_missing
from explorer.words.vocabulary import load_adjectives

if TYPE_CHECKING:
    from explorer.store.index import Store

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


def open_sample(store: "Store", device: str) -> None:
    """Import the sample study into a store unless it is complete there."""
    if count_missing(sample_study(device), store):
        import_study(store, sample_path())


def sample_path() -> Path:
    """Return the path of the sample study."""
    return Path(__file__).with_name("sample.parquet")
