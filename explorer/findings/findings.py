"""All findings of a study, computed in one place; page, command line and files only show them."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from explorer import __version__
from explorer.findings.comparison import compare
from explorer.findings.corrected import findings
from explorer.findings.counts import count, count_apart, count_pairs
from explorer.findings.differences import clearest, differences
from explorer.findings.error_rates import known_errors
from explorer.findings.gap_tables import gap_rows, shift_rows, tone_rows
from explorer.findings.gaps import gaps
from explorer.findings.services import service_sentences
from explorer.findings.shifts import shifts
from explorer.findings.tables import (
    Origin,
    comparison_rows,
    image_columns,
    image_rows,
    tally_rows,
)
from explorer.findings.tallies import cells, tally
from explorer.models.provenance import Provenance
from explorer.perception.axes import GENDER
from explorer.perception.decide import decide_anew
from explorer.perception.subject import behind_gate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from explorer.findings.comparison import Comparison
    from explorer.findings.corrected import Errors, Finding
    from explorer.findings.counts import Counts
    from explorer.findings.differences import Clearest, Difference
    from explorer.findings.gaps import Gaps
    from explorer.findings.shifts import Shift
    from explorer.findings.tables import Row
    from explorer.findings.tallies import By, Cell, Tally
    from explorer.models.catalog import ModelCard
    from explorer.models.requests import ImageRequest
    from explorer.perception.axes import Perception
    from explorer.store.index import Store
    from explorer.store.observations import Observation
    from explorer.study import Study
    from explorer.words.references import Reference

_T = TypeVar("_T")


class Findings:
    """All findings of a study, each computed once, on first use.

    Each reflects the store at the time of its first use: create a new object after a run. Tallies,
    findings and comparisons are by profession, by adjective or by cell.
    """

    def __init__(self, study: "Study", store: "Store") -> None:
        """Keep the study and the store; nothing is read yet."""
        self.study = study
        self._store = store
        self._known: dict[tuple[object, ...], Any] = {}

    def counts(self, model: "ModelCard") -> "Counts":
        """Return the stored images and answers of one model, counted by prompt."""
        return self._once(lambda: count(self.study, self._store, model), "counts", model.spec.name)

    def tallies(self, by: "By", axis: str | None = None) -> "tuple[Tally, ...]":
        """Return the tally of each cell, model by model, on one axis or on all axes."""
        if axis is None:
            return self._on_each_axis(lambda each: self.tallies(by, each))
        return self._once(lambda: self._tallied(by, axis), "tallies", by, axis)

    @cached_property
    def errors(self) -> "Errors":
        """The known errors of the instruments, by model name and axis name."""
        return known_errors(self.study, self._store)

    def found(self, by: "By", axis: str | None = None) -> "tuple[Finding, ...]":
        """Return the tallies with bounds and corrected shares, on one axis or on all axes."""
        if axis is None:
            return self._on_each_axis(lambda each: self.found(by, each))
        return self._once(lambda: findings(self.tallies(by, axis), self.errors), "found", by, axis)

    def compared(self, by: "By", axis: str | None = None) -> "tuple[Comparison, ...]":
        """Return the comparisons of the first model with each other, on one axis or on all axes."""
        if axis is None:
            return self._on_each_axis(lambda each: self.compared(by, each))
        return self._once(lambda: self._set_side_by_side(by, axis), "compared", by, axis)

    def differences(self, by: "By", axis: str | None = None) -> "tuple[Difference, ...]":
        """Return the tested differences between the first model and each other, as compared()."""
        if axis is None:
            return self._on_each_axis(lambda each: self.differences(by, each))
        return self._once(
            lambda: differences(self.compared(by, axis), self.errors), "differences", by, axis
        )

    def clearest(self, axis: str, most: int) -> "Clearest":
        """Return the most significant differences by profession on one axis."""
        return clearest(self.compared("profession", axis), self.errors, most)

    def gaps(self, references: "Mapping[str, Reference]") -> "Gaps":
        """Return the gaps between a model's feminine shares and references by profession."""
        found = self.found("profession", GENDER)
        return self._once(lambda: gaps(found, references), "gaps", *sorted(references.items()))

    @cached_property
    def shifts(self) -> "tuple[Shift, ...]":
        """The shift of a model's feminine share with each adjective."""
        return shifts(self.tallies("cell", GENDER), self.errors)

    def observations(
        self, model: "ModelCard", requests: "Iterable[ImageRequest] | None" = None
    ) -> "tuple[Observation, ...]":
        """Return stored images of one model with their perceptions.

        Args:
            model: a model of the study.
            requests: the images; None for all of the model's images.
        """
        asked = self.study.requests(model) if requests is None else requests
        stored = self._store.observations(asked, self.study.stored_instruments(model))
        if not (self.study.gate or self.study.recalibration):
            return stored
        return tuple(replace(one, perceptions=self._answered(one.perceptions)) for one in stored)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Sentences on what services did to the prompts."""
        return tuple(service_sentences(self.study, self._store))

    @cached_property
    def origins(self) -> "tuple[Origin, ...]":
        """The origin of each model's images."""
        return tuple(map(self._origin, self.study.models))

    def tally_rows(self, by: "By", year: int) -> "list[Row]":
        """Return the findings as rows; columns as explorer.findings.tables.tally_rows."""
        return tally_rows(self.found(by), self.origins, year)

    def image_rows(self) -> "list[Row]":
        """Return a row for each stored image; columns as explorer.findings.tables.image_rows."""
        stored = (one for card in self.study.models for one in self.observations(card))
        return image_rows(
            stored,
            self.study.decided_on,
            self.origins,
            lambda key: self._store.image_path(key).relative_to(self._store.root).as_posix(),
        )

    @property
    def image_columns(self) -> tuple[str, ...]:
        """The columns of image_rows, with images or without."""
        return image_columns(self.study.decided_on)

    def comparison_rows(self, by: "By", year: int) -> "list[Row]":
        """Return differences as rows; columns as explorer.findings.tables.comparison_rows."""
        return comparison_rows(self.differences(by), self.origins, year)

    def gap_rows(self, references: "Mapping[str, Reference]") -> "list[Row]":
        """Return gaps as rows; columns as explorer.findings.gap_tables.gap_rows."""
        return gap_rows(self.gaps(references), self.origins)

    @property
    def tone_rows(self) -> "list[Row]":
        """Distances of tones from equal frequencies; columns as gap_tables.tone_rows."""
        others = (axis.name for axis in self.study.axes if axis.name != GENDER)
        tones = (one for axis in others for one in self.tallies("profession", axis))
        return tone_rows(tones, self.origins)

    @property
    def shift_rows(self) -> "list[Row]":
        """Shifts as rows; columns as explorer.findings.gap_tables.shift_rows."""
        return shift_rows(self.shifts, self.origins)

    def _once(self, make: "Callable[[], _T]", *name: object) -> "_T":
        """Return the value kept under a name, made on first use."""
        if name not in self._known:
            self._known[name] = make()
        known: _T = self._known[name]
        return known

    def _on_each_axis(self, on_axis: "Callable[[str], tuple[_T, ...]]") -> "tuple[_T, ...]":
        """Return the results on all axes, cell by cell, axes innermost."""
        columns = [on_axis(axis.name) for axis in self.study.axes]
        return tuple(one for of_cell in zip(*columns, strict=True) for one in of_cell)

    def _tallied(self, by: "By", axis: str) -> "tuple[Tally, ...]":
        (asked,) = (one for one in self.study.decided_on if one.name == axis)
        return tuple(
            tally(self.study, cell, asked, texts, self.counts(card))
            for card in self.study.models
            for cell, texts in self._cells(card, by).items()
        )

    def _cells(self, model: "ModelCard", by: "By") -> "Mapping[Cell, Sequence[str]]":
        return self._once(lambda: cells(self.study, model, by), "cells", model.spec.name, by)

    def _set_side_by_side(self, by: "By", axis: str) -> "tuple[Comparison, ...]":
        first, *others = self.study.models
        return tuple(one for card in others for one in self._of_two((first, card), by, axis))

    def _of_two(
        self, models: "tuple[ModelCard, ModelCard]", by: "By", axis: str
    ) -> "tuple[Comparison, ...]":
        left, right = (
            [one for one in self.tallies(by, axis) if one.cell.model == card.spec.name]
            for card in models
        )
        (asked,) = (one for one in self.study.axes if one.name == axis)
        texts = self._cells(models[0], by)
        if not all(card.spec.seeded for card in models):
            counts = [self.counts(card) for card in models]
            return compare(
                left,
                right,
                separate=lambda one: count_apart(counts[0], counts[1], axis, texts[one.cell]),
            )
        pairs = self._once(
            lambda: count_pairs(self.study, self._store, asked, models),
            *("pairs", axis, models[1].spec.name),
        )
        return compare(
            left,
            right,
            lambda one: {text: pairs[text] for text in texts[one.cell] if text in pairs},
        )

    def _answered(self, seen: "Mapping[str, Perception]") -> "Mapping[str, Perception]":
        """Return the answers of the study's instruments, derived from stored perceptions."""
        study = self.study
        if study.recalibration:
            anew = (
                decide_anew(seen[axis.name], axis, study.recalibration)
                for axis in study.axes
                if axis.name in seen
            )
            seen = {**seen, **{one.axis: one for one in anew}}
        return behind_gate(seen, study.axes) if study.gate else seen

    def _origin(self, model: "ModelCard") -> Origin:
        made = self._store.provenance(model.spec)
        return Origin(
            model=model.spec,
            instruments=self.study.instruments(model),
            made=Provenance(
                _joined(one.device for one in made), _joined(one.libraries for one in made)
            ),
            tool_version=__version__,
        )


def _joined(texts: "Iterable[str | None]") -> str | None:
    return "; ".join(dict.fromkeys(filter(None, texts))) or None
