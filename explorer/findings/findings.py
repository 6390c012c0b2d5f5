"""The one owner of what is said about a study; the page, the commands and the files only show it."""

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from explorer import __version__
from explorer.findings.comparison import compare
from explorer.findings.corrected import findings
from explorer.findings.counts import count, count_pairs
from explorer.findings.differences import clearest, differences
from explorer.findings.error_rates import known_errors
from explorer.findings.gap_tables import gap_rows, shift_rows, tone_rows
from explorer.findings.gaps import gaps
from explorer.findings.shifts import shifts
from explorer.findings.tables import Origin, comparison_rows, image_rows, tally_rows
from explorer.findings.tallies import ALL, tally
from explorer.models.provenance import Provenance
from explorer.perception.axes import GENDER
from explorer.perception.decide import decide_anew
from explorer.perception.subject import behind_gate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from explorer.findings.comparison import Comparison
    from explorer.findings.corrected import Errors, Finding
    from explorer.findings.counts import Counts, Pairs
    from explorer.findings.differences import Clearest, Difference
    from explorer.findings.gaps import Gaps
    from explorer.findings.shifts import Shift
    from explorer.findings.tables import Row
    from explorer.findings.tallies import By, Tally
    from explorer.models.catalog import ModelCard
    from explorer.models.requests import ImageRequest
    from explorer.perception.axes import Perception
    from explorer.store.index import Store
    from explorer.store.observations import Observation
    from explorer.study import Study
    from explorer.words.references import Reference


class Findings:
    """Everything that is said about a study, each thing computed once, when it is asked for.

    It tells what was stored when each thing was first asked for: make another one after a run.
    Tallies, findings and comparisons are by profession, by adjective or by cell.
    """

    def __init__(self, study: "Study", store: "Store") -> None:
        """Remember what is asked and where it is stored; nothing is read yet."""
        self.study = study
        self._store = store
        self._counts: dict[str, Counts] = {}
        self._tallies: dict[By, tuple[Tally, ...]] = {}
        self._found: dict[tuple[By, str], tuple[Finding, ...]] = {}
        self._compared: dict[By, tuple[Comparison, ...]] = {}
        self._differences: dict[tuple[By, str | None], tuple[Difference, ...]] = {}

    def counts(self, model: "ModelCard") -> "Counts":
        """Return what is stored of one model, counted prompt by prompt."""
        name = model.spec.name
        if name not in self._counts:
            self._counts[name] = count(self.study, self._store, model)
        return self._counts[name]

    def tallies(self, by: "By") -> "tuple[Tally, ...]":
        """Return the tally of each cell and axis, model by model."""
        if by not in self._tallies:
            self._tallies[by] = tuple(
                one
                for card in self.study.models
                for one in tally(self.study, card, self.counts(card), by)
            )
        return self._tallies[by]

    @cached_property
    def errors(self) -> "Errors":
        """How the instruments err, as far as that is known, by model name and axis name."""
        return known_errors(self.study, self._store)

    def found(self, by: "By", axis: str | None = None) -> "tuple[Finding, ...]":
        """Return the tallies with what may be quoted of them, of one axis or of all."""
        if axis is None:
            found = {
                one.tally: one for each in self.study.axes for one in self.found(by, each.name)
            }
            return tuple(found[one] for one in self.tallies(by))
        if (by, axis) not in self._found:
            tallies = (one for one in self.tallies(by) if one.axis.name == axis)
            self._found[by, axis] = findings(tallies, self.errors)
        return self._found[by, axis]

    def compared(self, by: "By", axis: str | None = None) -> "tuple[Comparison, ...]":
        """Return the study's first model beside its second, on one axis or on all."""
        if axis is not None:
            return tuple(one for one in self.compared(by) if one.left.axis.name == axis)
        if by not in self._compared:
            left, right = (
                [one for one in self.tallies(by) if one.cell.model == card.spec.name]
                for card in self.study.models
            )
            self._compared[by] = compare(left, right, self._pairs_of)
        return self._compared[by]

    def differences(self, by: "By", axis: str | None = None) -> "tuple[Difference, ...]":
        """Return how sure it is that the two models differ, on one axis or on all."""
        if (by, axis) not in self._differences:
            compared = self.compared(by, axis)
            self._differences[by, axis] = differences(compared, self.errors)
        return self._differences[by, axis]

    def clearest(self, axis: str, most: int) -> "Clearest":
        """Return the clearest differences between professions on an axis of several labels."""
        return clearest(self.compared("profession", axis), self.errors, most)

    def gaps(self, references: "Mapping[str, Reference]") -> "Gaps":
        """Return how far a model's feminine shares lie from references by profession."""
        return gaps(self.found("profession", GENDER), references)

    @cached_property
    def shifts(self) -> "tuple[Shift, ...]":
        """How far each adjective moves a model's feminine share."""
        return shifts([one for one in self.tallies("cell") if _is_gender(one)], self.errors)

    def observations(
        self, model: "ModelCard", requests: "Iterable[ImageRequest] | None" = None
    ) -> "tuple[Observation, ...]":
        """Return stored images of one model, with what its instruments said of them.

        Args:
            model: one of the study's.
            requests: which images; None for all of the model's.
        """
        asked = self.study.requests(model) if requests is None else requests
        stored = self._store.observations(asked, self.study.stored_instruments(model))
        if not (self.study.gate or self.study.recalibration):
            return stored
        return tuple(replace(one, perceptions=self._answered(one.perceptions)) for one in stored)

    @cached_property
    def origins(self) -> "tuple[Origin, ...]":
        """How each model's images came about, everything that took part in generating them."""
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
            lambda key: str(self._store.image_path(key)),
        )

    def comparison_rows(self, by: "By", year: int) -> "list[Row]":
        """Return differences as rows; columns as explorer.findings.tables.comparison_rows."""
        return comparison_rows(self.differences(by), self.origins, year)

    def gap_rows(self, references: "Mapping[str, Reference]") -> "list[Row]":
        """Return gaps as rows; columns as explorer.findings.gap_tables.gap_rows."""
        return gap_rows(self.gaps(references), self.origins)

    @property
    def tone_rows(self) -> "list[Row]":
        """How far tones lie from being equally frequent; columns as gap_tables.tone_rows."""
        tones = (one for one in self.tallies("profession") if not _is_gender(one))
        return tone_rows(tones, self.origins)

    @property
    def shift_rows(self) -> "list[Row]":
        """Shifts as rows; columns as explorer.findings.gap_tables.shift_rows."""
        return shift_rows(self.shifts, self.origins)

    @cached_property
    def _pairs(self) -> "Mapping[str, Pairs]":
        return {axis.name: count_pairs(self.study, self._store, axis) for axis in self.study.axes}

    def _pairs_of(self, one: "Tally") -> "Pairs":
        pairs = self._pairs[one.axis.name]
        texts = (
            prompt.text
            for prompt in self.study.prompts
            if one.cell.profession in (prompt.profession, ALL)
            and one.cell.adjective in (prompt.adjective, ALL)
        )
        return {text: pairs[text] for text in texts if text in pairs}

    def _answered(self, seen: "Mapping[str, Perception]") -> "Mapping[str, Perception]":
        """Return the answers of the study's own instruments, made of what is stored."""
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


def _is_gender(one: "Tally") -> bool:
    return one.axis.name == GENDER


def _joined(texts: "Iterable[str | None]") -> str | None:
    return "; ".join(dict.fromkeys(filter(None, texts))) or None
