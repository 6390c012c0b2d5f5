"""Compare what the whole path measures on the bundled generators with what they really draw."""

from typing import TYPE_CHECKING

from explorer.perception.axes import load_axes
from explorer.pictures.catalog import find_model
from explorer.reference.design import designed_mix
from explorer.reference.truth import find_truth
from explorer.study import Study, run, tallies
from explorer.words.vocabulary import load_professions

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.classifiers.clip import ClipClassifier
    from explorer.findings.tallies import Tally
    from explorer.generators.diffusion import DiffusionGenerator
    from explorer.pictures.requests import ModelSpec
    from explorer.reference.design import Mix
    from explorer.settings import Settings
    from explorer.statistics.intervals import Interval
    from explorer.store.index import Store
    from explorer.study import Progress


def check(
    store: "Store",
    models: tuple[str, ...],
    professions: int,
    images: int,
    settings: "Settings",
    progress: "Callable[[Progress], None]" = lambda _: None,
) -> list[dict[str, object]]:
    """Draw, judge and tally professions across the range; set the result beside the truth.

    Args:
        store: where the pictures go; a second check draws nothing anew.
        models: names of bundled generators.
        professions: how many, evenly spread from the fewest women to the most.
        images: pictures per profession and model, without an adjective.
        settings: device and batch size.
        progress: told after every batch.

    Returns:
        One row per model, profession, axis and label: the designed share, the share that a large
        sample really shows (None where the sample is too small to be a truth), the share measured
        here with its 95% interval, the difference from the truth in points and whether the
        interval holds it; `compared_with` says which of the first two was the truth. For gender
        these are shares of women and men among the pictures drawn as one of the two, and the
        instrument's shares of those it answered.
    """
    from explorer.classifiers.clip import ClipClassifier
    from explorer.generators.diffusion import DiffusionGenerator

    def generator(spec: "ModelSpec") -> "DiffusionGenerator":
        return DiffusionGenerator(spec, settings)

    loaded: dict[str, ClipClassifier] = {}

    def classifier(name: str) -> "ClipClassifier":
        return loaded.setdefault(name, ClipClassifier(name, settings.device))

    study = Study(
        models=tuple(find_model(name, settings.device) for name in models),
        professions=spread(professions),
        images=images,
        axes=load_axes(),
    )
    for step in run(study, store, generator, classifier, batch=settings.batch):
        progress(step)
    return [row for tally in tallies(study, store, "cell") for row in _rows(tally)]


def spread(count: int) -> tuple[str, ...]:
    """Return so many professions, evenly spread by the designed women's share of emoji-skewed."""
    ordered = sorted(
        (profession.name for profession in load_professions() if not profession.gendered),
        key=lambda name: designed_mix("emoji-skewed", name).women,
    )
    if count == 1:
        return (ordered[len(ordered) // 2],)
    return tuple(ordered[round(i * (len(ordered) - 1) / (count - 1))] for i in range(count))


def _rows(tally: "Tally") -> "list[dict[str, object]]":
    model, profession = tally.cell.model, str(tally.cell.profession)
    designed = _shares(designed_mix(model, profession), tally.axis.name)
    truth = find_truth(model, profession)
    drawn = _shares(truth.drawn, tally.axis.name) if truth else (None,) * len(designed)
    return [
        {
            "model": model,
            "profession": profession,
            "axis": tally.axis.name,
            "label": label,
            "designed_share": design,
            "drawn_share": real,
            "compared_with": "design" if real is None else "drawn share",
            **_measured(tally.share(label), design if real is None else real),
            "judged": tally.judged,
            "abstained": tally.abstained,
            "withheld": tally.withheld,
        }
        for label, design, real in zip(tally.axis.labels, designed, drawn, strict=True)
    ]


def _measured(share: "Interval | None", real: float) -> dict[str, object]:
    """Return what was measured, and how it stands to the real share; None without a measure."""
    columns = ("measured_share", "measured_low", "measured_high", "off_points")
    measured: dict[str, object] = dict.fromkeys((*columns, "interval_holds_truth"))
    if share is not None:
        measured |= zip(columns, (share.estimate, share.low, share.high), strict=False)
        measured["off_points"] = 100 * (share.estimate - real)
        measured["interval_holds_truth"] = share.low <= real <= share.high
    return measured


def _shares(mix: "Mix", axis: str) -> tuple[float, ...]:
    return (mix.women, 1 - mix.women) if axis == "gender" else mix.tones
