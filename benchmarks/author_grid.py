"""How long the author grid takes: 189 images generated, classified and tallied, and shown again.

    python -m benchmarks.author_grid

The grid is the author with each of the twenty adjectives and with none, nine images each. It is
generated into a fresh cache by the path that the page and the command line use. The plain way calls the
same pipeline and the same classifier once per image, in the same process right afterwards, on one
image of each prompt, and is scaled to the whole grid. It runs with the models loaded, so the
ratio stands twice: with the models loaded on both sides, and from nothing, where the plain way is
charged the same loading as the path.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from explorer import settings as settings_of_this_machine
from explorer import study as studies
from explorer.classifiers.clip import ClipClassifier
from explorer.generators.diffusion import DiffusionGenerator
from explorer.generators.pipelines import load_pipeline
from explorer.models.catalog import find_model, known_models
from explorer.models.requests import Image, ImageRequest
from explorer.page.choice import Choice, study
from explorer.page.desk import Desk
from explorer.page.explore import show
from explorer.page.pace import Pace
from explorer.page.todo import to_do
from explorer.settings import Settings
from explorer.store.index import Store
from explorer.study import Study

REPEATS = 10


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(settings_of_this_machine.load(), cache=Path(folder))
        choice = Choice((asked.model,), images=asked.images)
        grid = study(choice, find_model, settings.device)
        if asked.classifier:
            grid = replace(grid, classifier=asked.classifier)
        store = Store.open(settings.cache)
        _compare(grid, store, settings)
        _show(choice, grid, _desk(store, settings))
        store.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the author grid.")
    parser.add_argument("--model", default="emoji-skewed", help="a model's name, id or folder")
    parser.add_argument("--classifier", help="another classifier than the model's own")
    parser.add_argument("--images", type=int, default=9, help="images per prompt")
    return parser.parse_args()


def _compare(grid: Study, store: Store, settings: Settings) -> None:
    requests = grid.requests(grid.models[0])
    seconds, first = _path(grid, store, settings)
    _tell(f"{len(requests)} images generated, classified and tallied", seconds, "s")
    _tell("  until the first image was there (loads the models)", first, "s")
    _tell("peak memory", _peak_gib(), "GiB")
    sample = [request for request in requests if request.replicate == 0]
    plain = _plain(grid, sample, settings) * len(requests) / len(sample)
    _tell(f"the plain way, scaled from {len(sample)} images", plain, "s")
    rest = plain * (len(requests) - 1) / len(requests)
    _tell("ratio, plain way to path, models loaded", rest / (seconds - first), "times")
    _tell("ratio, plain way to path, from nothing", (first + rest) / seconds, "times")


def _path(grid: Study, store: Store, settings: Settings) -> tuple[float, float]:
    """Return the seconds of the whole path, and those until its first batch was stored."""
    start = time.perf_counter()
    classifiers = {name: ClipClassifier(name, settings.device) for name in _classifiers(grid)}
    arrivals = [
        time.perf_counter()
        for progress in studies.run(
            grid,
            store,
            lambda spec: DiffusionGenerator(spec, settings),
            classifiers.__getitem__,
            batch=settings.batch,
        )
        if progress.done
    ]
    rows = studies.tallies(grid, store, "cell")
    seconds = time.perf_counter() - start
    if any(row.missing or row.unclassified for row in rows):
        sys.exit("The grid is not complete; nothing was measured.")
    return seconds, arrivals[0] - start


def _plain(grid: Study, requests: Sequence[ImageRequest], settings: Settings) -> float:
    """Return the seconds for these images, one call per image, models loaded and warm."""
    import numpy as np
    import torch

    (card,), (name,) = grid.models, _classifiers(grid)
    pipeline = load_pipeline(card.spec, settings.device)
    classifier = ClipClassifier(name, settings.device)

    def generate_and_classify(request: ImageRequest) -> None:
        image = pipeline(
            request.prompt.text,
            generator=torch.Generator("cpu").manual_seed(request.seed),
            num_inference_steps=card.spec.steps,
            guidance_scale=card.spec.guidance,
            width=card.spec.width_px,
            height=card.spec.height_px,
        ).images[0]
        list(classifier.classify_all([Image(request, np.asarray(image))], grid.axes))

    generate_and_classify(requests[0])
    start = time.perf_counter()
    for request in requests:
        generate_and_classify(request)
    return time.perf_counter() - start


def _show(choice: Choice, grid: Study, desk: Desk) -> None:
    """Print what the page's server takes for grid and tallies of images that are stored."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        to_do(grid, desk)
        html = show(desk, choice, grid)
        seconds.append(time.perf_counter() - start)
    _tell("grid and tallies from the store, first time", seconds[0], "s")
    _tell(
        f"grid and tallies from the store, median of {REPEATS}", sorted(seconds)[REPEATS // 2], "s"
    )
    _tell("  page sent", len(html.encode()) / 1024, "KiB")
    start = time.perf_counter()
    studies.tallies(grid, desk.store, "cell")
    _tell("  of it the tallies", time.perf_counter() - start, "s")


def _desk(store: Store, settings: Settings) -> Desk:
    return Desk(
        settings=settings,
        store=store,
        models=known_models(settings.device),
        find_model=find_model,
        generators=lambda spec: DiffusionGenerator(spec, settings),
        classifiers=lambda name: ClipClassifier(name, settings.device),
        pace=Pace(settings.device),
    )


def _classifiers(grid: Study) -> tuple[str, ...]:
    return tuple({grid.classifier or card.classifier for card in grid.models})


def _peak_gib() -> float:
    # Linux counts in KiB.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _tell(what: str, value: float, unit: str) -> None:
    print(f"{what:<62}{value:9.3f} {unit}")


if __name__ == "__main__":
    main()
