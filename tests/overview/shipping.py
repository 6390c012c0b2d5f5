"""Write the shipped overviews anew: the findings of both bundled models, and nine images of each.

Run: python -m tests.overview.shipping [folder of images]
"""

import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from explorer import settings as machine
from explorer.classifiers.find import classifiers
from explorer.generators.find import generators
from explorer.likeness.encoding import encode
from explorer.models.catalog import ModelCard, find_model
from explorer.models.requests import ImageRequest
from explorer.overview.results import overview
from explorer.overview.shipped import FOLDER, IMAGES, SIDE_PX, STRIPS, adapter, strip_name
from explorer.reference.design import BUNDLED
from explorer.report.files import write
from explorer.report.stored import Stored
from explorer.store.index import Store
from explorer.study import Study, run
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import DEFAULT_YEAR, load_adjectives, load_professions

_PLAIN, _WORDED = 20, 1
_QUALITY = 70


def main(cache: Path) -> None:
    """Generate what is missing, and write the overviews."""
    settings = machine.load(cache)
    with closing(Store.open(cache)) as store:
        for study in _studies(BUNDLED):
            for step in run(
                study, store, generators(settings), classifiers(settings.device), batch=32
            ):
                print(f"{step.done} of {step.total}", file=sys.stderr)  # noqa: T201
        for _step in encode(_studies(BUNDLED)[0], store, classifiers(settings.device)):
            pass
        for name in BUNDLED:
            _write(find_model(name, "cpu"), store)


def _studies(names: Iterable[str]) -> tuple[Study, Study]:
    models = tuple(find_model(name, "cpu") for name in names)
    every = tuple(one.name for one in load_professions())
    adjectives = (None, *(one.word for one in load_adjectives()))
    return Study(models, every, images=_PLAIN), Study(models, every, adjectives, images=_WORDED)


def _write(card: ModelCard, store: Store) -> None:
    plain, worded = _studies([card.spec.name])
    studies = Stored(plain, worded, plain)
    made = overview(card, store, datetime.now(UTC).date(), DEFAULT_YEAR, studies)
    written = adapter().dump_json(made, indent=1)
    write(FOLDER / f"{card.spec.name}.json", written + b"\n")
    folder = STRIPS / card.spec.name
    folder.mkdir(parents=True, exist_ok=True)
    for profession in load_professions():
        _strip(card, store, profession.name).save(
            folder / strip_name(profession.name), quality=_QUALITY, method=6
        )
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{card.spec.name}: {len(written) // 1024} KiB, strips {size // 1024} KiB")  # noqa: T201


def _strip(card: ModelCard, store: Store, profession: str) -> Image.Image:
    strip = Image.new("RGB", (IMAGES * SIDE_PX, SIDE_PX), "white")
    for number in range(IMAGES):
        request = ImageRequest(card.spec, Prompt(profession), number)
        with Image.open(store.image_path(request.key)) as image:
            small = image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
        strip.paste(small, (number * SIDE_PX, 0))
    return strip


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else machine.repository() / ".overview")
