"""Findings as rows for files and scripts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.findings.tallies import Pooled
from explorer.perception.axes import FEMININE, GENDER
from explorer.words.people import named
from explorer.words.vocabulary import DEFAULT_YEAR, known_adjective, known_profession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from explorer.findings.corrected import Finding
    from explorer.findings.differences import Difference
    from explorer.findings.tallies import Tally
    from explorer.models.provenance import Provenance
    from explorer.models.requests import ImageRequest, ModelSpec
    from explorer.perception.axes import Axis, Perception
    from explorer.perception.instruments import Instrument
    from explorer.statistics.intervals import Interval
    from explorer.store.observations import Observation

Row = dict[str, object]

_ASKED = ("model", "profession", "adjective", "prompt", "replicate", "seed", "key")
_SERVED = ("revised_prompt", "revised_prompt_names")
_SETTINGS = ("scheduler", "steps", "guidance", "width_px", "height_px", "dtype", "quality")


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of one model's images and of their labels.

    `instruments` is by axis name. `made` is the device and the libraries that generated the images,
    None where unknown. `tool_version` is the version of this tool that counted them.
    """

    model: "ModelSpec"
    instruments: "Mapping[str, Instrument]"
    made: "Provenance"
    tool_version: str


def tally_rows(
    findings: "Iterable[Finding]",
    origins: "Iterable[Origin]" = (),
    year: int = DEFAULT_YEAR,
) -> list[dict[str, object]]:
    """Return one row for each finding and label, including labels that no image got.

    None means that there is no value: no adjective, no classified image, no statistic. `year` is
    the year of the labour statistics.

    Columns:
        model, profession, adjective: the cell; "(all)" where words are counted together.
        adjective_coding: "masculine" or "feminine", for listed adjectives.
        axis, label: the axis and one of its labels.
        count, classified, share, share_low, share_high, level, method: images with this label,
            images with any label, their share (0..1), its limits, and the confidence and method
            of these.
        bound_low, bound_high: the limits of the share, 0..1, over all possible labels of the
            abstained images; these and the corrected share are None with too few images (fewer than
            10 classified or abstained, or a label on fewer than 10 and fewer than half of them).
        corrected_share, corrected_low, corrected_high: the share corrected for the instrument's
            errors, and its limits.
        sensitivity, specificity: the share of images answered correctly, among those with and
            those without this label, 0..1; on axes with two labels only.
        errors_from, errors_images: the source of the true labels behind these errors ("human",
            "prompt", "nearest source"), and the number of images.
        correction_note: the reason for a missing corrected share, or a caveat about it.
        total: classified + abstained + filtered.
        abstained, filtered, unclassified, missing: images without a label, images removed by the
            model's filter, images not classified yet, images not generated yet.
        abstained_reasons: the reasons for missing labels with their counts, "3 unsure, 1 no face
            found".
        reference_share, reference_year, reference_occupation, reference_match: women's share
            (0..1) of US workers in that year and occupation, and how well the occupation matches
            the profession; with the label "feminine" only.
        instrument, captions_sha256, threshold: the instrument, the hash of its captions, and the
            smallest probability that it answers with.
        model_repo, model_revision, scheduler, steps, guidance, width_px, height_px, dtype,
            quality: the model's settings.
        device, libraries, tool_version: the device and libraries that generated the images, and
            the version of the tool that counted them.
    """
    known = by_model(origins)
    return [
        {
            **word_columns(finding.tally),
            "axis": finding.tally.axis.name,
            "label": label,
            **_counted(finding.tally, label),
            **_corrected(finding, finding.tally.axis.labels.index(label)),
            **uncounted_columns(finding.tally),
            "abstained_reasons": reasons_text(finding.tally),
            **_reference(finding.tally, label, year),
            **instrument_columns(finding.tally.axis, known.get(finding.tally.cell.model)),
            **model_columns(known.get(finding.tally.cell.model)),
        }
        for finding in findings
        for label in finding.tally.axis.labels
    ]


def image_rows(
    observations: "Iterable[Observation]",
    axes: "Sequence[Axis]",
    origins: "Iterable[Origin]" = (),
    file: "Callable[[str], str | None] | None" = None,
) -> list[dict[str, object]]:
    """Return one row for each stored image.

    Args:
        observations: the images.
        axes: the axes, each with columns of its own.
        origins: the origin of each model's images.
        file: returns the path of an image by its key; None leaves the column empty.

    Columns:
        model, profession, adjective, prompt, replicate, seed, key: the request; replicates count
            from 0, and the key identifies the image. Images of some services have no seeds.
        revised_prompt, revised_prompt_names: the prompt that a service used in place of the one
            it was given, None where it tells of none; and whether it names a gender or an ethnicity
            that the given one does not ("gender", "ethnicity", "gender, ethnicity").
        file: the path of the image within the cache, None for a filtered one.
        filtered: the reason for a missing image, None where there is one.
        For each axis, gender for instance: gender_label (None for an abstention), gender_reason
            (of an abstention), gender_score_feminine, gender_score_masculine (probabilities, 0..1),
            gender_instrument, gender_captions_sha256, gender_threshold. An axis measured in pixels
            has measurements in place of probabilities: pixel-tone_lightness (L*, 0..100),
            pixel-tone_hue_degrees, pixel-tone_ita_degrees (typology angle), pixel-tone_monk_tone
            (1..10), pixel-tone_monk_sureness (0..1) and pixel-tone_skin_pixels.
        model_repo ... tool_version: as in tally_rows.
    """
    known = by_model(origins)
    return [
        {
            **_asked(observation.request),
            **_served(observation),
            "file": None if file is None or observation.filtered else file(observation.request.key),
            "filtered": observation.filtered,
            **_answers(observation.perceptions, axes),
            **model_columns(known.get(observation.request.model.name)),
        }
        for observation in observations
    ]


def image_columns(axes: "Sequence[Axis]") -> tuple[str, ...]:
    """Return the columns of image_rows, which a file has even without images."""
    return (*_ASKED, *_SERVED, "file", "filtered", *_answers({}, axes), *model_columns(None))


def comparison_rows(
    differences: "Iterable[Difference]",
    origins: "Iterable[Origin]" = (),
    year: int = DEFAULT_YEAR,
) -> list[dict[str, object]]:
    """Return one row for each compared cell, axis and label; `year` is that of tally_rows.

    Columns:
        profession, adjective, adjective_coding, axis, label: as in tally_rows.
        left_model, left_count, left_classified, left_share, left_share_low, left_share_high,
            left_total, left_abstained, left_filtered, left_unclassified, left_missing: the first
            model.
        right_model ... right_missing: the second model.
        difference, difference_low, difference_high: left minus right share (-1..1) and its limits.
        level: the confidence of all limits.
        corrected_difference, corrected_difference_low, corrected_difference_high: the same after
            both shares were corrected for the instrument's errors; None where the errors on either
            model are unknown, or either side has too few images.
        p, q, test, tests: the two-sided p-value of the pairs classified on both sides, or of the
            images where nothing is paired, its Benjamini-Hochberg adjustment for all tests on this
            axis, the name of the test, and the number of tests. None for masculine, because
            feminine is tested, with too few images, and for pairs of 2 to 5 prompts, which no test
            can be significant with.
        verdict: "more often on the left", "less often on the left", "no clear difference", "too few
            prompts to test" or "too few images to compare"; None for masculine.
        difference_note: a caveat.
        paired: number of pairs of images with the same prompt and seed, classified on both sides;
            None where images of either model have no seeds, and the test is of unpaired images.
        reference_share ... reference_match: as in tally_rows.
        left_instrument, right_instrument, captions_sha256, threshold: as in tally_rows.
        left_model_repo, left_model_revision, left_scheduler, left_steps, left_guidance,
            left_width_px, left_height_px, left_dtype, left_quality, left_device, left_libraries,
            left_tool_version, right_model_repo ... right_tool_version: as in tally_rows.
    """
    known = by_model(origins)
    return [
        _compared(difference, position, known, year)
        for difference in differences
        for position in range(len(difference.comparison.left.axis.labels))
    ]


def by_model(origins: "Iterable[Origin]") -> dict[str, Origin]:
    """Return the origins by model name."""
    return {known.model.name: known for known in origins}


def word_columns(tally: "Tally") -> Row:
    """Return the columns of a cell."""
    adjective = tally.cell.adjective
    listed = known_adjective(adjective) if isinstance(adjective, str) else None
    return {
        "model": tally.cell.model,
        "profession": _word(tally.cell.profession),
        "adjective": _word(adjective),
        "adjective_coding": listed.coding if listed else None,
    }


def _word(word: str | Pooled | None) -> str | None:
    return word.value if isinstance(word, Pooled) else word


def _counted(tally: "Tally", label: str) -> Row:
    share = tally.share(label)
    return {
        "count": tally.count(label),
        "classified": tally.classified,
        "total": tally.total,
        **interval_columns("share", share),
        "level": tally.level,
        "method": share.method if share else None,
    }


def _corrected(finding: "Finding", position: int) -> Row:
    bounds = finding.bounds[position] if finding.bounds else None
    corrected = finding.corrected[position] if finding.corrected else None
    limits = interval_columns("corrected", corrected)
    confusion = finding.confusion
    rates: tuple[float | None, ...] = (None, None)
    if confusion and confusion.classes == len(rates):
        rates = (confusion.sensitivity, confusion.specificity)
        # For the second label they swap.
        rates = rates[::-1] if position else rates
    return {
        "bound_low": bounds.low if bounds else None,
        "bound_high": bounds.high if bounds else None,
        "corrected_share": limits.pop("corrected"),
        **limits,
        "sensitivity": rates[0],
        "specificity": rates[1],
        "errors_from": confusion.kind if confusion else None,
        "errors_images": confusion.images if confusion else None,
        "correction_note": finding.note,
    }


def interval_columns(name: str, interval: "Interval | None") -> Row:
    """Return an interval as three columns, which are None without one."""
    return {
        name: interval.estimate if interval else None,
        f"{name}_low": interval.low if interval else None,
        f"{name}_high": interval.high if interval else None,
    }


def uncounted_columns(tally: "Tally") -> Row:
    """Return the columns of the images without a label."""
    return {
        "abstained": tally.abstained,
        "filtered": tally.filtered,
        "unclassified": tally.unclassified,
        "missing": tally.missing,
    }


def reasons_text(tally: "Tally") -> str | None:
    """Return the reasons for abstentions with their counts; None without abstentions."""
    return ", ".join(f"{count} {reason}" for reason, count in tally.reasons) or None


def _reference(tally: "Tally", label: str, year: int) -> Row:
    name = tally.cell.profession
    meant = isinstance(name, str) and (tally.axis.name, label) == (GENDER, FEMININE)
    profession = known_profession(name) if meant and isinstance(name, str) else None
    share = profession.women_share(year) if profession else None
    known = profession if share is not None else None
    return {
        "reference_share": share,
        "reference_year": year if known else None,
        "reference_occupation": known.bls_occupation if known else None,
        "reference_match": known.match if known else None,
    }


def instrument_columns(axis: "Axis", known: Origin | None) -> Row:
    """Return the columns of the instrument."""
    return {
        "instrument": str(known.instruments[axis.name]) if known else None,
        "captions_sha256": axis.digest,
        "threshold": axis.threshold,
    }


def model_columns(known: Origin | None) -> Row:
    """Return the columns of the model, its settings, and the origin of its images."""
    model = known.model if known else None
    return {
        "model_repo": model.repo if model else None,
        "model_revision": model.revision if model else None,
        # A backend without a setting leaves its column empty.
        **{name: getattr(model.settings, name, None) if model else None for name in _SETTINGS},
        "device": known.made.device if known else None,
        "libraries": known.made.libraries if known else None,
        "tool_version": known.tool_version if known else None,
    }


def _asked(request: "ImageRequest") -> Row:
    prompt = request.prompt
    asked = (request.model.name, prompt.profession, prompt.adjective, prompt.text)
    return dict(zip(_ASKED, (*asked, request.replicate, request.seed, request.key), strict=True))


def _served(observation: "Observation") -> Row:
    revised = observation.revised
    names = ", ".join(named(revised, observation.request.prompt)) if revised else ""
    return dict(zip(_SERVED, (revised, names or None), strict=True))


def _answers(perceptions: "Mapping[str, Perception]", axes: "Iterable[Axis]") -> Row:
    row: Row = {}
    for axis in axes:
        seen = perceptions.get(axis.name)
        scores = seen.scores if seen and seen.scores else (None,) * len(axis.score_names)
        answer: Row = {
            "label": seen.label if seen else None,
            "reason": seen.reason if seen else None,
        }
        answer |= dict(zip(axis.score_names, scores, strict=True))
        answer["instrument"] = str(seen.instrument) if seen else None
        answer |= {"captions_sha256": axis.digest, "threshold": axis.threshold}
        row |= _prefixed(axis.name, answer)
    return row


def _compared(difference: "Difference", position: int, known: dict[str, Origin], year: int) -> Row:
    comparison = difference.comparison
    left, right = comparison.left, comparison.right
    label = left.axis.labels[position]
    made_left, made_right = known.get(left.cell.model), known.get(right.cell.model)
    words = word_columns(left)
    del words["model"]
    return {
        **words,
        "axis": left.axis.name,
        "label": label,
        **_prefixed("left", _side(left, label)),
        **_prefixed("right", _side(right, label)),
        **interval_columns("difference", comparison.differences[position]),
        "level": left.level,
        **_sure(difference, position),
        "paired": comparison.paired if comparison.separate is None else None,
        **_reference(left, label, year),
        "left_instrument": instrument_columns(left.axis, made_left)["instrument"],
        "right_instrument": instrument_columns(right.axis, made_right)["instrument"],
        "captions_sha256": left.axis.digest,
        "threshold": left.axis.threshold,
        **_prefixed("left", model_columns(made_left)),
        **_prefixed("right", model_columns(made_right)),
    }


def _sure(difference: "Difference", position: int) -> Row:
    corrected = difference.corrected[position] if difference.corrected else None
    test, verdict = difference.tests[position], difference.verdict(position)
    return {
        **interval_columns("corrected_difference", corrected),
        "p": test.p if test else None,
        "q": test.q if test else None,
        "test": test.method if test else None,
        "tests": difference.family,
        "verdict": verdict.value if verdict else None,
        "difference_note": difference.note,
    }


def _side(tally: "Tally", label: str) -> Row:
    counted = _counted(tally, label)
    del counted["level"], counted["method"]
    return {"model": tally.cell.model, **counted, **uncounted_columns(tally)}


def _prefixed(prefix: str, row: Row) -> Row:
    return {f"{prefix}_{key}": value for key, value in row.items()}
