"""Compare what is measured on the bundled models with the truth."""

from statistics import mean
from typing import TYPE_CHECKING, Any

from explorer.classifiers.find import classifiers
from explorer.findings.findings import Findings
from explorer.generators.find import generators
from explorer.models.catalog import find_model
from explorer.perception.axes import load_axes
from explorer.reference.design import designed_mix
from explorer.reference.truth import find_truth
from explorer.stages import Unmetered
from explorer.study import Study, run
from explorer.words.vocabulary import spread_by_women

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from explorer.findings.corrected import Finding
    from explorer.progress import Progress
    from explorer.reference.design import Mix
    from explorer.settings import Settings
    from explorer.stages import Meter
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store

KINDS = ("measured", "corrected")


def generated_mix(model: str, profession: str) -> "Mix | None":
    """Return the mix counted on a large sample, None if the sample is too small to be the truth."""
    truth = find_truth(model, profession)
    return truth.generated if truth else None


def check(  # noqa: PLR0913 - what it asks, what it works with, and whom it tells
    store: "Store",
    models: tuple[str, ...],
    professions: int,
    images: int,
    settings: "Settings",
    progress: "Callable[[Progress], None]" = lambda _: None,
    shown: "Callable[[str, str], Mix | None]" = generated_mix,
    *,
    meter: "Meter" = Unmetered(),
) -> list[dict[str, object]]:
    """Generate, classify and tally professions across the range, and compare with the truth.

    Args:
        store: holds the images; a second check generates nothing again.
        models: names of bundled generators.
        professions: the number of professions, spread evenly from the fewest women to the most.
        images: images per profession and model, without an adjective.
        settings: device and batch size.
        progress: called after every batch.
        shown: returns the true mix of a model and a profession; if it is None, the design is used.
        meter: measures the energy.

    Returns:
        One row per model, profession, axis and label. It has the designed share, the generated
        share (None if the sample is too small to be the truth) and the measured share, raw and
        corrected. Each measured share has its 95% interval, its distance from the truth in
        points, and whether the interval contains the truth. `compared_with` names the share that is
        taken for the truth. For gender, the designed and generated shares are among women and men,
        and the measured shares are among classified images. Unknown values are None.
    """
    study = Study(
        models=tuple(find_model(name, settings.device) for name in models),
        professions=spread_by_women(professions),
        images=images,
        axes=load_axes(),
    )
    steps = run(
        study,
        store,
        generators(settings),
        classifiers(settings.device),
        batch=settings.batch,
        meter=meter,
    )
    for step in steps:
        progress(step)
    return compared(Findings(study, store).found("cell"), shown)


def compared(
    found: "Iterable[Finding]", shown: "Callable[[str, str], Mix | None]" = generated_mix
) -> list[dict[str, object]]:
    """Return findings beside the truth, in the rows of `check`.

    Args:
        found: findings of bundled models by profession, without an adjective.
        shown: as in `check`.
    """
    return [row for finding in found for row in _rows(finding, shown)]


def summary(rows: "Sequence[dict[str, object]]") -> list[dict[str, object]]:
    """Return the errors of a check by model and axis, raw and corrected.

    `held_share` is the share of 95% intervals that contain the truth, 0..1; `off_points` is the
    mean distance from the truth in points; `number` is the number of shares. Rows without a
    measured share are left out.
    """
    groups = dict.fromkeys((row["model"], row["axis"]) for row in rows)
    return [
        {
            "model": model,
            "axis": axis,
            "measure": kind,
            **_errors(kind, [row for row in rows if (row["model"], row["axis"]) == (model, axis)]),
        }
        for model, axis in groups
        for kind in KINDS
    ]


def _errors(kind: str, rows: "Sequence[dict[str, Any]]") -> dict[str, object]:
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
    """Return the rows of one cell and axis, one per label."""
    tally = finding.tally
    model, profession, axis = tally.cell.model, str(tally.cell.profession), tally.axis
    designed = _shares(designed_mix(model, profession), axis.name)
    mix = shown(model, profession)
    generated = _shares(mix, axis.name) if mix else (None,) * len(designed)
    corrected = finding.corrected or (None,) * len(designed)
    columns = zip(axis.labels, designed, generated, corrected, strict=True)
    return [
        {
            "model": model,
            "profession": profession,
            "axis": axis.name,
            "label": label,
            **_compared(design, real, tally.share(label), interval),
            "classified": tally.classified,
            "abstained": tally.abstained,
            "filtered": tally.filtered,
        }
        for label, design, real, interval in columns
    ]


def _compared(
    design: float,
    generated: float | None,
    measured: "Interval | None",
    corrected: "Interval | None",
) -> dict[str, object]:
    """Return the columns that compare the measured shares of one label with the truth."""
    truth = design if generated is None else generated
    return {
        "designed_share": design,
        "generated_share": generated,
        "compared_with": "design" if generated is None else "generated share",
        **_distance("measured", measured, truth),
        **_distance("corrected", corrected, truth),
    }


def _distance(kind: str, share: "Interval | None", truth: float) -> dict[str, object]:
    """Return a share and its distance from the truth; all columns are None without a share."""
    columns = ("share", "low", "high", "off_points", "holds_truth")
    values: tuple[object, ...] = (None,) * len(columns)
    if share is not None:
        off, held = 100 * (share.estimate - truth), share.low <= truth <= share.high
        values = (share.estimate, share.low, share.high, off, held)
    return {f"{kind}_{column}": value for column, value in zip(columns, values, strict=True)}


def _shares(mix: "Mix", axis: str) -> tuple[float, ...]:
    return (mix.women, 1 - mix.women) if axis == "gender" else mix.tones
