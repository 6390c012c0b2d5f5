"""Measure the time to generate, classify, tally and show the 189 images of the author grid.

    python -m benchmarks.author_grid

The grid is the author with each of the twenty adjectives and without one, nine images each. The
code that the page and the command line share generates it into a fresh cache. The baseline calls
the same pipeline and the same classifier once per image, in the same process right afterwards, on
one image of each prompt; its time is scaled to the whole grid. The baseline runs with the models
loaded, so two ratios are printed: one without the loading time on either side, and one with the
same loading time on both sides.
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
from explorer.classifiers.clip import ClipClassifier
from explorer.classifiers.find import classifiers
from explorer.findings.findings import Findings
from explorer.generators.find import generators
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
from explorer.study import Study, run

REPEATS = 10


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(settings_of_this_machine.load(), cache=Path(folder))
        choice = Choice((arguments.model,), images=arguments.images)
        grid = study(choice, find_model, settings.device)
        if arguments.classifier:
            grid = replace(grid, classifier=arguments.classifier)
        desk = _desk(settings)
        _compare(grid, desk)
        _show(choice, grid, desk)
        desk.store.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the author grid.")
    parser.add_argument("--model", default="emoji-skewed", help="name, hub id or folder of a model")
    parser.add_argument("--classifier", help="name of a classifier [default: the model's own]")
    parser.add_argument("--images", type=int, default=9, help="images per prompt")
    return parser.parse_args()


def _desk(settings: Settings) -> Desk:
    return Desk(
        settings=settings,
        store=Store.open(settings.cache),
        models=known_models(settings.device),
        find_model=find_model,
        generators=generators(settings),
        classifiers=classifiers(settings.device),
        pace=Pace(settings.device),
    )


def _compare(grid: Study, desk: Desk) -> None:
    requests = grid.requests(grid.models[0])
    seconds, first = _batched(grid, desk)
    _print(f"{len(requests)} images generated, classified and tallied", seconds, "s")
    _print("  until the first batch was stored (loads the models)", first, "s")
    _print("peak memory", _peak_gib(), "GiB")
    sample = [request for request in requests if request.replicate == 0]
    baseline = _one_by_one(grid, sample, desk.settings) * len(requests) / len(sample)
    _print(f"baseline, scaled from {len(sample)} images", baseline, "s")
    rest = baseline * (len(requests) - 1) / len(requests)
    _print("ratio of baseline to batches, models loaded", rest / (seconds - first), "times")
    _print("ratio of baseline to batches, with loading", (first + rest) / seconds, "times")


def _batched(grid: Study, desk: Desk) -> tuple[float, float]:
    """Return the seconds for the whole grid, and those until its first batch was stored."""
    start = time.perf_counter()
    steps = run(grid, desk.store, desk.generators, desk.classifiers, batch=desk.settings.batch)
    arrivals = [time.perf_counter() for progress in steps if progress.done]
    tallies = Findings(grid, desk.store).tallies("cell")
    seconds = time.perf_counter() - start
    if any(tally.missing or tally.unclassified for tally in tallies):
        sys.exit("The grid is not complete; nothing was measured.")
    return seconds, arrivals[0] - start


def _one_by_one(grid: Study, requests: Sequence[ImageRequest], settings: Settings) -> float:
    """Return the seconds for these images, one call per image, with the models loaded."""
    import numpy as np
    import torch

    (card,) = grid.models
    diffusion = card.spec.diffusion
    pipeline = load_pipeline(card.spec, settings.device)
    classifier = ClipClassifier(grid.classifier_of(card, grid.axes[0]), settings.device)

    def generate_and_classify(request: ImageRequest) -> None:
        image = pipeline(
            request.prompt.text,
            generator=torch.Generator("cpu").manual_seed(request.seed),
            num_inference_steps=diffusion.steps,
            guidance_scale=diffusion.guidance,
            width=diffusion.width_px,
            height=diffusion.height_px,
        ).images[0]
        list(classifier.classify_all([Image(request, np.asarray(image))], grid.axes))

    generate_and_classify(requests[0])
    start = time.perf_counter()
    for request in requests:
        generate_and_classify(request)
    return time.perf_counter() - start


def _show(choice: Choice, grid: Study, desk: Desk) -> None:
    """Print how long the page's server takes for the grid and the tallies of stored images."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        to_do(grid, desk)
        html = show(choice, Findings(grid, desk.store))
        seconds.append(time.perf_counter() - start)
    middle = sorted(seconds)[REPEATS // 2]
    _print("grid and tallies from the store, first time", seconds[0], "s")
    _print(f"grid and tallies from the store, median of {REPEATS}", middle, "s")
    _print("  size of the HTML", len(html.encode()) / 1024, "KiB")
    start = time.perf_counter()
    Findings(grid, desk.store).tallies("cell")
    _print("  tallies alone", time.perf_counter() - start, "s")


def _peak_gib() -> float:
    # Linux counts in KiB.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _print(what: str, value: float, unit: str) -> None:
    print(f"{what:<62}{value:9.3f} {unit}")


if __name__ == "__main__":
    main()
