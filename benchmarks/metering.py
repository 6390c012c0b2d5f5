"""Compare runs with and without a meter, in one run, by turns.

Generates and classifies images of a bundled model into an empty cache, again and again, and prints
the ratio of the medians with a 95% interval (bootstrap of pairs): of the time on the clock, and of
the processor's, in which other programs count for less. On a busy machine both vary more than the
meter takes, so the processor time of the meter's own calls is printed, too. `--fresh` compares the
time until the first image in processes of their own instead, where the meter starts beside the
loading of the model: `python -m benchmarks.metering`.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated
from unittest.mock import patch

import numpy as np
from cyclopts import App, Parameter

from explorer import settings
from explorer.classifiers.find import classifiers
from explorer.footprint.metering import Meter
from explorer.generators.find import generators
from explorer.models.catalog import find_model
from explorer.store.energy import Energy
from explorer.store.index import Store
from explorer.study import Study, run
from explorer.words.vocabulary import load_adjectives

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from explorer.models.readings import Done, Reading
    from explorer.models.requests import ModelSpec
    from explorer.progress import Progress

app = App(help=__doc__, help_format="plaintext", version_flags=())
MODEL = "emoji-skewed"
_DRAWS = 10_000
# The time on the clock, that of the processor, and that of the meter's own calls.
Times = tuple[float, float, float]


class Timed(Meter):
    """A meter that adds up the processor time of its own calls."""

    own = 0.0

    @contextmanager
    def measuring(self, done: "Done", model: "ModelSpec", images: int) -> "Iterator[None]":
        """Measure what the block takes, and what measuring takes."""
        block = super().measuring(done, model, images)
        since = time.thread_time()
        block.__enter__()
        self.own += time.thread_time() - since
        yield
        since = time.thread_time()
        block.__exit__(None, None, None)
        self.own += time.thread_time() - since

    def saving(self) -> "Callable[[Energy, Iterable[tuple[ModelSpec, Reading]]], None]":
        """Return the function that stores readings, which adds up the time that this takes."""

        def save(energy: Energy, measured: "Iterable[tuple[ModelSpec, Reading]]") -> None:
            since = time.thread_time()
            _SAVE(energy, measured)
            self.own += time.thread_time() - since

        return save


_SAVE = Energy.save


@app.default
def main(
    *,
    images: Annotated[int, Parameter(help="Images of a run: 9 of each prompt.")] = 63,
    repeats: Annotated[int, Parameter(help="Runs of each kind.")] = 12,
    fresh: Annotated[bool, Parameter(help="Time the first image of new processes.")] = False,
) -> None:
    """Print how much longer metered runs take."""
    once = first_image if fresh else warm(images)
    pairs = [measure(once, number) for number in range(repeats)]
    for place, kind in enumerate(("clock", "processor")):
        off = np.array([without[place] for without, _ in pairs])
        on = np.array([with_[place] for _, with_ in pairs])
        low, high = interval(off, on)
        print(
            f"{kind}: {np.median(off):.3f} s without a meter, {np.median(on):.3f} s with one; "
            f"ratio of medians {np.median(on) / np.median(off):.4f} (95%: {low:.4f} to {high:.4f})"
        )
    if not fresh:
        own = np.median([with_[2] / without[1] for without, with_ in pairs])
        print(f"the meter's own calls: {own:.2%} of the processor time of a run without it")


def measure(once: Callable[[bool], Times], number: int) -> tuple[Times, Times]:
    """Return the times of a run without and with a meter; which comes first changes by turns."""
    if number % 2:
        with_ = once(True)
        return once(False), with_
    return once(False), once(True)


def interval(off: np.ndarray, on: np.ndarray) -> tuple[float, float]:
    """Return the limits of the ratio of the medians."""
    picks = np.random.default_rng(0).integers(len(off), size=(_DRAWS, len(off)))
    ratios = np.median(on[picks], axis=1) / np.median(off[picks], axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def warm(images: int) -> Callable[[bool], Times]:
    """Return a function that times a run whose models are loaded and whose meter is ready."""
    import torch

    # Threads that wait for each other spin, and other programs decide for how long.
    torch.set_num_threads(1)
    machine = replace(settings.load(), meter=True)
    study = Study(
        (find_model(MODEL, machine.device),),
        ("author",),
        tuple(one.word for one in load_adjectives())[: images // 9],
    )
    generates, classifies = generators(machine), classifiers(machine.device)

    def once(metered: bool) -> Times:  # noqa: FBT001 - one of two ways
        meter = Timed(replace(machine, meter=metered))
        meter.start()
        meter.ready(60)
        with TemporaryDirectory() as folder:
            store = Store.open(Path(folder))
            clock, processor = time.perf_counter(), time.process_time()
            with patch.object(Energy, "save", meter.saving()):
                for _ in run(study, store, generates, classifies, meter=meter):
                    pass
            took = time.perf_counter() - clock, time.process_time() - processor, meter.own
            if metered and not all(one.machine_kwh for _, one in store.energy.runs()):
                raise SystemExit(f"Not measured: {meter.notice}")
            store.close()
        return took

    once(True)
    return once


def first_image(metered: bool) -> Times:  # noqa: FBT001 - one of two ways
    """Return the time until the first image of a new process."""
    code = f"from benchmarks.metering import tell_first; tell_first({metered})"
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", code, folder]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - this file
    clock, processor = map(float, said.split())
    return clock, processor, 0.0


def tell_first(metered: bool) -> None:  # noqa: FBT001 - one of two ways
    """Print the time until the first image is stored and classified, for `first_image`."""
    clock, processor = time.perf_counter(), time.process_time()
    machine = replace(settings.load(Path(sys.argv[1])), meter=metered)
    store = Store.open(machine.cache)
    study = Study((find_model(MODEL, machine.device),), ("author",), images=1)
    finds = generators(machine), classifiers(machine.device)
    steps: list[Progress] = list(run(study, store, *finds, meter=Meter(machine)))
    print(time.perf_counter() - clock, time.process_time() - processor)
    assert steps[-1].done == 1  # noqa: S101 - it has generated
    store.close()


if __name__ == "__main__":
    app()
