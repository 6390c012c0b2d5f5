"""The turns and batches of a run, its progress, and the time it still needs."""

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from explorer.models.requests import Image, ImageRequest, ModelSpec

_QUICK_SECONDS = 15.0
_SLOW_SECONDS = 30.0
_GROWTH = 4
# Where models displace each other in memory, loading them takes at most about a tenth of a run.
_LOADING_SHARE = 0.1

Stage = Literal["generate", "classify"]
# What is done to an image, and the model that generates it: each has a rate of its own.
Work = tuple[Stage, "ModelSpec"]


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run, before the models load and after every stored and classified batch.

    `done` and `total` count the images of this run, not those stored before. `stage` is "generate",
    or "classify" for images that an earlier run generated but did not classify. `image` is the last
    of the batch, None before the first batch. `rate`, in images of this stage and model per second,
    and `seconds_left` are None until the second batch, because the classifier loads in the first.
    `warnings` are sentences, told once, before any image is generated.
    """

    done: int
    total: int
    stage: Stage
    image: "Image | None"
    rate: float | None
    seconds_left: float | None
    warnings: tuple[str, ...] = ()


class Pace:
    """Measures images per second for each kind of work, from the end of its first batch."""

    def __init__(self, left: "Mapping[Work, int]") -> None:
        """Start the clock.

        Args:
            left: the number of images of each kind of work.
        """
        self._left = Counter(left)
        self._measured: dict[Work, tuple[int, float]] = {}
        self.total = self._left.total()
        self._done = 0
        self.restart()

    def start(self) -> Progress:
        """Return the progress before the first batch."""
        generates = any(number for (stage, _), number in self._left.items() if stage == "generate")
        return Progress(0, self.total, "generate" if generates else "classify", None, None, None)

    def restart(self) -> None:
        """Leave out the time until now, which was not spent on images."""
        self._since = time.monotonic()

    def progress(self, stage: Stage, images: "Sequence[Image]") -> Progress:
        """Return the progress after a batch, and measure the next one from here."""
        work = stage, images[-1].request.model
        self._measure(work, len(images))
        self._left[work] -= len(images)
        self._done += len(images)
        rate = self._rate(work)
        left = None if rate is None else self._seconds_left(rate)
        return Progress(self._done, self.total, stage, images[-1], rate, left)

    def _measure(self, work: Work, number: int) -> None:
        seconds = time.monotonic() - self._since
        self.restart()
        if work in self._measured:
            before, so_far = self._measured[work]
            self._measured[work] = before + number, so_far + seconds
        else:
            self._measured[work] = 0, 0.0

    def _rate(self, work: Work) -> float | None:
        number, seconds = self._measured.get(work, (0, 0.0))
        return number / max(seconds, 1e-9) if number else None

    def _seconds_left(self, rate: float) -> float:
        """Return the time left; work without a rate of its own is taken to go at `rate`."""
        return sum(number / (self._rate(work) or rate) for work, number in self._left.items())


class Turns:
    """Lets models generate in turns, so that a part of a run has the same images of each.

    In its turn, a model generates one batch. The user sees progress and can cancel after each: the
    first has the fewest images, a quick batch is followed by a larger one, and a slow one by a
    smaller one. Where models displace each other in memory, turns get more and more batches, until
    loading takes only a small part of the time.
    """

    def __init__(self, most: int, least: int = 1) -> None:
        """Start with the smallest batches.

        Args:
            most: the largest number of images in a batch.
            least: the smallest number.
        """
        self._most = most
        self._least = self._size = least
        self._batches = 1
        self._slowest = 0.0
        self._reloading = 0.0
        self._loaded: set[ModelSpec] = set()

    def take(
        self, texts: "Iterable[str]", missing: "Sequence[Sequence[ImageRequest]]"
    ) -> "Iterator[tuple[ImageRequest, ...]]":
        """Yield the requests of turn after turn, each to one model.

        In a round, all models get the same prompts and replicates, as far as they lack them.

        Args:
            texts: the texts of the prompts, in the order of the study.
            missing: the requests of each model, in that order.
        """
        lines = [{(one.prompt.text, one.replicate): one for one in line} for line in missing]
        order = {text: place for place, text in enumerate(texts)}
        wanted = sorted(
            {key for line in lines for key in line}, key=lambda key: (order[key[0]], key)
        )
        done = 0
        while done < len(wanted):
            some = wanted[done : done + self._size * self._batches]
            done += len(some)
            start, self._slowest, self._reloading = time.monotonic(), 0.0, 0.0
            for line in lines:
                if turn := tuple(line[key] for key in some if key in line):
                    yield turn
            self._adapt(time.monotonic() - start)

    @contextmanager
    def loading(self, model: "ModelSpec") -> "Iterator[None]":
        """Time what is spent on loading a model that had been loaded before."""
        start = time.monotonic()
        yield
        if model in self._loaded:
            self._reloading += time.monotonic() - start
        self._loaded.add(model)

    def batches(self, turn: "Sequence[ImageRequest]") -> "Iterator[tuple[ImageRequest, ...]]":
        """Yield the batches of a turn, and time them."""
        requests = iter(turn)
        while batch := tuple(islice(requests, self._size)):
            start = time.monotonic()
            yield batch
            self._slowest = max(self._slowest, time.monotonic() - start)

    def _adapt(self, seconds: float) -> None:
        if self._slowest < _QUICK_SECONDS:
            self._size = min(self._most, self._size * _GROWTH)
        elif self._slowest > _SLOW_SECONDS:
            self._size = max(self._least, self._size // 2)
        if self._reloading > _LOADING_SHARE * seconds:
            self._batches *= 2


def batches(
    images: "Iterable[Image]", size: int, cancelled: "Callable[[], bool]"
) -> "Iterator[tuple[Image, ...]]":
    """Yield existing images in batches of a size, until done or cancelled."""
    iterator = iter(images)
    while not cancelled() and (batch := tuple(islice(iterator, size))):
        yield batch
