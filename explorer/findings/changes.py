"""The change that annotations make to the shares of a model's stored images."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.corrected import findings
from explorer.findings.error_rates import known_errors, unannotated_errors
from explorer.findings.findings import Findings

if TYPE_CHECKING:
    from explorer.findings.corrected import Finding
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class Change:
    """The share of one label among a profession's images, without the annotations and with them."""

    profession: str
    label: str
    before: "Interval"
    after: "Interval"


def changes(study: "Study", store: "Store", axis: str, most: int) -> tuple[Change, ...]:
    """Return the changes of the professions with most images, each for the label that moved most.

    Args:
        study: a study of one model.
        store: the store with its images and annotations.
        axis: the name of an axis.
        most: the largest number of professions.

    Returns:
        None of them where annotations correct nothing.
    """
    place = study.models[0].spec.name, axis
    without, known = unannotated_errors(study, store), known_errors(study, store)
    if known.get(place) == without.get(place):
        return ()
    tallies = Findings(study, store).tallies("profession", axis)
    largest = sorted(tallies, key=lambda one: -one.classified)[:most]
    pairs = zip(findings(largest, without), findings(largest, known), strict=True)
    return tuple(change for pair in pairs if (change := _largest(*pair)))


def _largest(before: "Finding", after: "Finding") -> Change | None:
    if after.corrected is None:
        return None
    labels = before.tally.axis.labels
    found = [
        Change(str(before.tally.cell.profession), label, first, then)
        for label in labels
        if (first := before.best(label)) and (then := after.best(label))
    ]
    return max(found, key=lambda one: abs(one.after.estimate - one.before.estimate), default=None)
