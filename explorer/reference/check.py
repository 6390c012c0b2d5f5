"""Compare what the whole path measures on the bundled generators with what they really generate."""

from statistics import mean
from typing import TYPE_CHECKING, Any

from explorer.classifiers.find import classifiers
from explorer.findings.findings import Findings
from explorer.generators.find import generators
from explorer.models.catalog import find_model
from explorer.perception.axes import load_axes
from explorer.reference.design import designed_mix
from explorer.reference.truth import find_truth
from explorer.study import Study, run
from explorer.words.vocabulary import spread_by_women

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.findings.corrected import Finding
    from explorer.progress import Progress
    from explorer.reference.design import Mix
    from explorer.settings import Settings
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store

KINDS = ("measured", "corrected")


def generated_mix(model: str, profession: str) -> "Mix | None":
    """Return what a large sample of a generator shows, None where it is too small to be a truth."""
    truth = find_truth(model, profession)
    return truth.generated if truth else None


def check(
    store: "Store",
    models: tuple[str, ...],
    professions: int,
    images: int,
    settings: "Settings",
    progress: "Callable[[Progress], None]" = lambda _: None,
    shown: "Callable[[str, str], Mix | None]" = generated_mix,
) -> list[dict[str, object]]:
    """Generate, classify and tally professions across the range; set the result beside the truth.

    Args:
        store: where the images go; a second check generates nothing anew.
        models: names of bundled generators.
        professions: how many, evenly spread from the fewest women to the most.
        images: images per profession and model, without an adjective.
        settings: device and batch size.
        progress: told after every batch.
        shown: the mix that is the truth for a model and a profession; without one the design is.

    Returns:
        One row per model, profession, axis and label: the designed share, the share that is really
        shown (None where the sample is too small to be a truth), the share measured here, plain and
        corrected, each with its 95% interval, the difference from the truth in points and whether
        the interval holds it; `compared_with` says which of the first two was the truth. For gender
        these are shares of women and men among the images generated as one of the two, and the
        instrument's shares of those it answered. What is not known is None.
    """
    study = Study(
        models=tuple(find_model(name, settings.device) for name in models),
        professions=spread_by_women(professions),
        images=images,
        axes=load_axes(),
    )
    generates, classifies = generators(settings), classifiers(settings.device)
    for step in run(study, store, generates, classifies, batch=settings.batch):
        progress(step)
    found = Findings(study, store).found("cell")
    return [row for finding in found for row in _rows(finding, shown)]


def summary(rows: "Sequence[dict[str, object]]") -> list[dict[str, object]]:
    """Return how far the rows of a check are off by model and axis, plain and corrected.

    `held_share` is the share of the 95% intervals that hold the truth, 0..1, `off_points` the mean
    distance from it in points, `number` of how many shares; a row without a measure is left out.
    """
    groups = dict.fromkeys((row["model"], row["axis"]) for row in rows)
    return [
        {
            "model": model,
            "axis": axis,
            "measure": kind,
            **_of(kind, [row for row in rows if (row["model"], row["axis"]) == (model, axis)]),
        }
        for model, axis in groups
        for kind in KINDS
    ]


def _of(kind: str, rows: "Sequence[dict[str, Any]]") -> dict[str, object]:
    held = [row[f"{kind}_holds_truth"] for row in rows if row[f"{kind}_share"] is not None]
    off = [abs(row[f"{kind}_off_points"]) for row in rows if row[f"{kind}_share"] is not None]
    return {
        "number": len(held),
        "off_points": mean(off) if off else None,
        "held_share": float(mean(held)) if held else None,
    }


def _rows(
    finding: "Finding", shown: "Callable[[str, str], Mix | None]"
) -> "list[dict[str, object]]":
    tally = finding.tally
    model, profession = tally.cell.model, str(tally.cell.profession)
    designed = _shares(designed_mix(model, profession), tally.axis.name)
    mix = shown(model, profession)
    generated = _shares(mix, tally.axis.name) if mix else (None,) * len(designed)
    return [
        {
            "model": model,
            "profession": profession,
            "axis": tally.axis.name,
            "label": label,
            "designed_share": design,
            "generated_share": real,
            "compared_with": "design" if real is None else "generated share",
            **_set_beside("measured", tally.share(label), design if real is None else real),
            **_set_beside(
                "corrected", _corrected(finding, label), design if real is None else real
            ),
            "classified": tally.classified,
            "abstained": tally.abstained,
            "filtered": tally.filtered,
        }
        for label, design, real in zip(tally.axis.labels, designed, generated, strict=True)
    ]


def _corrected(finding: "Finding", label: str) -> "Interval | None":
    places = dict(zip(finding.tally.axis.labels, finding.corrected or (), strict=False))
    return places.get(label)


def _set_beside(kind: str, share: "Interval | None", real: float) -> dict[str, object]:
    """Return a share and how it stands to the real one; None throughout without a share."""
    columns = ("share", "low", "high", "off_points", "holds_truth")
    values: tuple[object, ...] = (None,) * len(columns)
    if share is not None:
        off, held = 100 * (share.estimate - real), share.low <= real <= share.high
        values = (share.estimate, share.low, share.high, off, held)
    return {f"{kind}_{column}": value for column, value in zip(columns, values, strict=True)}


def _shares(mix: "Mix", axis: str) -> tuple[float, ...]:
    return (mix.women, 1 - mix.women) if axis == "gender" else mix.tones
