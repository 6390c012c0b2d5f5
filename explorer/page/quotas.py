"""What visitors of a public page may use up: images a run and a day, and answers a minute."""

import math
import threading
import time
from collections import Counter, defaultdict, deque
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from explorer import study as studies
from explorer.errors import QuotaSpent
from explorer.findings.unusable import unusable
from explorer.models.backends import Diffusers
from explorer.numbers import grouped
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.models.catalog import ModelCard
    from explorer.rules import Rules
    from explorer.store.index import Store
    from explorer.study import Study

# A person looks at each image.
ANSWERS_A_MINUTE = 60
_MINUTE_SECONDS = 60.0


class Quota:
    """The images of all visitors today, in memory: a restart begins the day anew."""

    def __init__(self, rules: "Rules", today: "Callable[[], date] | None" = None) -> None:
        """Start with nothing used up.

        Args:
            rules: the images of a run and of a day.
            today: returns the date, in UTC.
        """
        self._rules = rules
        self._today = today or (lambda: datetime.now(UTC).date())
        self._day = self._today()
        self._used: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, visitor: str, images: int) -> None:
        """Count images of a run that begins.

        Raises:
            QuotaSpent: the run has too many, or the visitor has used up the day.
        """
        with self._lock:
            self._turn_page()
            self._require(images, self._rules.run_images, self._rules.day_images, visitor)
            self._used[visitor] += images

    def give_back(self, visitor: str, images: int) -> None:
        """Take off what a run that has ended did not generate."""
        with self._lock:
            if self._day == self._today():
                self._used[visitor] -= images

    def _turn_page(self) -> None:
        if self._day != self._today():
            self._day = self._today()
            self._used.clear()

    def _require(self, images: int, run: int, day: int, visitor: str) -> None:
        if images > run:
            raise QuotaSpent(
                _(
                    "This run would generate {images} images, and on this public page a run has "
                    "{limit} at most. Choose fewer adjectives or images per prompt, or run Bias "
                    "Explorer at home, where nothing is limited. An image with more steps or "
                    "pixels than usual counts as several."
                ).format(images=grouped(images), limit=grouped(run))
            )
        if self._used[visitor] + images > day:
            raise QuotaSpent(
                _(
                    "You have used {used} of the {limit} images that this public page generates "
                    "for a visitor each day, and this run needs {images}. Choose fewer, come back "
                    "tomorrow, or run Bias Explorer at home, where nothing is limited."
                ).format(
                    used=grouped(self._used[visitor]), limit=grouped(day), images=grouped(images)
                )
            )


class Rate:
    """The answers that each annotator has given within a minute."""

    def __init__(self, most: int = ANSWERS_A_MINUTE) -> None:
        """Start without answers; `most` are accepted in a minute."""
        self._most = most
        self._given: defaultdict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def count(self, annotator: str) -> None:
        """Count an answer.

        Raises:
            QuotaSpent: the annotator answers faster than a person who looks at each image.
        """
        now = time.monotonic()
        with self._lock:
            given = self._given[annotator]
            while given and given[0] < now - _MINUTE_SECONDS:
                given.popleft()
            if len(given) >= self._most:
                raise QuotaSpent(
                    _(
                        "{number} answers within a minute are more than a person can give who "
                        "looks at each image. Wait a minute and reload the page."
                    ).format(number=len(given))
                )
            given.append(now)


def work(study: "Study", store: "Store", find_usual: "Callable[[ModelCard], ModelCard]") -> int:
    """Return the images that a run of a study generates or classifies.

    Images with more steps or pixels than usual count as several.

    Args:
        study: the study.
        store: where its images are.
        find_usual: returns a model with its own settings for a variant of it.
    """
    generated = sum(
        math.ceil(studies.lacking(study, store, card) * _effort(card, find_usual(card)))
        for card in study.models
    )
    failed = sum(unusable(study, store, card).total() for card in study.models)
    return generated + studies.count_unclassified(study, store) or failed


def _effort(card: "ModelCard", usual: "ModelCard") -> float:
    """Return the work for an image of a variant, 1 for the model with its own settings."""
    made, own = card.spec.settings, usual.spec.settings
    if not isinstance(made, Diffusers) or not isinstance(own, Diffusers):
        return 1.0
    steps = max(1.0, made.steps / own.steps)
    pixels = made.width_px * made.height_px / (own.width_px * own.height_px)
    return steps * max(1.0, pixels)
