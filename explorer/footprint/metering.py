"""The meter of a run: what the machine takes, batch by batch."""

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from explorer.failures import first_line
from explorer.footprint.amounts import require
from explorer.footprint.calculator import MAX_PUE
from explorer.footprint.grids import asked_grid
from explorer.footprint.tracker import Energies, Tracker
from explorer.models.backends import Hosted
from explorer.models.readings import GENERATED, Circumstances, Reading
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.footprint.grids import Grid
    from explorer.models.readings import Done
    from explorer.models.requests import ModelSpec
    from explorer.settings import Settings

_log = logging.getLogger(__name__)


class Meter:
    """Measures the energy of one run, unless it is switched off.

    codecarbon starts in a thread, in seconds. Batches before it is ready are not measured, and
    neither are any once it has failed. Services generate elsewhere, so their images are not
    measured.
    """

    def __init__(self, settings: "Settings", place: str = "") -> None:
        """Set the machine and the grid.

        Args:
            settings: the machine, with its country.
            place: where the electricity comes from, in place of that.

        Raises:
            UnknownName: there is no such country or region; the nearest are suggested.
            OutOfRange: the PUE is below 1 or beyond reason.
        """
        require(_("The PUE"), settings.pue, 1, MAX_PUE, from_low=True)
        self._on = settings.meter
        grid = asked_grid(place, settings.country, settings.region)
        self._where = _circumstances(settings, grid)
        self._measured = self._where
        self._tracker: Tracker | None = None
        self._thread: threading.Thread | None = None
        self._trouble = ""
        self._taken: list[tuple[ModelSpec, Reading]] = []
        self._read: set[bool] = set()

    @property
    def run(self) -> str:
        """The id of the run."""
        return self._where.run

    @property
    def notice(self) -> str:
        """Why nothing of the run was measured, as a sentence; empty if something was, or is off."""
        if not self._read or True in self._read:
            return ""
        reason = self._trouble or (
            _("the meter gave no readings")
            if self._tracker
            else _("the run had ended before the meter was ready")
        )
        pattern = _("The energy of this run was not measured ({reason}). Its images are complete.")
        return pattern.format(reason=reason)

    def start(self) -> None:
        """Start codecarbon beside everything else; nothing waits for it."""
        if self._on and self._thread is None:
            self._thread = threading.Thread(target=self._prepare, daemon=True)
            self._thread.start()

    def ready(self, seconds: float) -> bool:
        """Return whether codecarbon measures, after waiting for it for so many seconds at most."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._tracker is not None

    @contextmanager
    def measuring(self, done: "Done", model: "ModelSpec", images: int) -> "Iterator[None]":
        """Measure what the block takes; if it fails, its energy is forgotten."""
        elsewhere = done == GENERATED and isinstance(model.settings, Hosted)
        if not self._on or elsewhere:
            yield
            return
        tracker = self._begun()
        started, since = datetime.now(UTC).isoformat(), time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - since
            energies = self._ended(tracker) if tracker else Energies()
        reading = Reading(
            self._measured if tracker else self._where,
            model.name,
            done,
            started,
            images,
            seconds,
            energies.cpu_kwh,
            energies.gpu_kwh,
            energies.ram_kwh,
            energies.share,
        )
        self._taken.append((model, reading))
        self._read.add(reading.machine_kwh is not None)

    def taken(self) -> "list[tuple[ModelSpec, Reading]]":
        """Return the readings since the last call, with their models."""
        taken, self._taken = self._taken, []
        return taken

    def _prepare(self) -> None:
        try:
            tracker = Tracker()
            self._measured = replace(self._where, **asdict(tracker.hardware))
            self._tracker = tracker
        except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on
            self._give_up(error)

    def _begun(self) -> Tracker | None:
        """Return the tracker, if it measures the batch that begins."""
        tracker = self._tracker
        try:
            if tracker:
                tracker.begin()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on
            self._give_up(error)
        return self._tracker

    def _ended(self, tracker: Tracker) -> Energies:
        try:
            return tracker.end()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on
            self._give_up(error)
            return Energies()

    def _give_up(self, error: Exception) -> None:
        _log.warning("The energy is not measured.", exc_info=error)
        self._tracker, self._trouble = None, first_line(error)


def _circumstances(settings: "Settings", grid: "Grid | None") -> Circumstances:
    """Return the circumstances of a run that are known before its meter is ready."""
    known = Circumstances(run=uuid4().hex, device=settings.device, pue=settings.pue)
    if grid is None:
        return known
    return replace(
        known,
        country=grid.key or None,
        g_per_kwh=grid.intensity,
        grid_source=grid.source,
        grid_year=grid.year,
    )
