"""Gaps, tones and shifts as rows for files and scripts."""

from typing import TYPE_CHECKING

from explorer.findings.tables import (
    by_model,
    instrument_columns,
    interval_columns,
    model_columns,
    uncounted_columns,
    word_columns,
)
from explorer.perception.axes import FEMININE
from explorer.statistics import distances

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.findings.gaps import Gap, Gaps
    from explorer.findings.shifts import Shift
    from explorer.findings.tables import Origin, Row
    from explorer.findings.tallies import Tally


def gap_rows(found: "Gaps", origins: "Iterable[Origin]" = ()) -> "list[Row]":
    """Return one row for each profession.

    Columns:
        model, profession, adjective, adjective_coding: the cell; "(all)" where words are counted
            together.
        count, classified, abstained, filtered, unclassified, missing: images perceived as feminine,
            images with a label, and images without one, as in tally_rows.
        share, share_low, share_high, level, method: the feminine share (0..1), corrected where
            possible, and its limits. These and the columns derived from them are None with too
            few images.
        reference_share, reference_year, reference_occupation, reference_match: the reference; None
            if it lacks the profession.
        gap, gap_low, gap_high: share minus reference_share, -1..1.
        amplification: additional distance from parity on the reference's side, -1..1.
        counts: whether the gap is tested and part of the headline: its reference matches the
            profession exactly or closely, or was given by the user.
        p, q, tests: the two-sided p-value of the gap, its Benjamini-Hochberg adjustment for all
            tests, and the number of tests.
        correction_note: the reason for a missing correction, or a caveat about it.
        instrument ... tool_version: as in tally_rows.
    """
    known, tests = by_model(origins), sum(gap.p is not None for gap in found.rows)
    return [_gap(gap, tests, known.get(gap.finding.tally.cell.model)) for gap in found.rows]


def tone_rows(tallies: "Iterable[Tally]", origins: "Iterable[Origin]" = ()) -> "list[Row]":
    """Return the distance of each cell's tones from equal frequencies.

    Columns:
        model, profession, adjective, adjective_coding: the cell.
        classified, abstained, filtered, unclassified, missing: as in tally_rows.
        reference: "uniform", all tones equally frequent. It is a yardstick, not a standard of
            fairness.
        total_variation, total_variation_by_chance, total_variation_line: the share of images
            that would have to change, its expectation by chance if the reference were true, and
            its 95th percentile by chance.
        wasserstein_steps: the mean number of steps along the tones that an image would have to
            move.
        jensen_shannon_bits, jensen_shannon_by_chance, jensen_shannon_line: the information, 0..1
            bits, of one image on whether it comes from the model or the reference, and the same
            two values by chance.
            All distances are those of raw counts, and None with too few images.
        instrument ... tool_version: as in tally_rows.
    """
    known = by_model(origins)
    return [
        {
            **word_columns(tally),
            "classified": tally.classified,
            **uncounted_columns(tally),
            "reference": "uniform",
            **_distances(tally),
            **instrument_columns(tally.axis, known.get(tally.cell.model)),
            **model_columns(known.get(tally.cell.model)),
        }
        for tally in tallies
    ]


def shift_rows(found: "Iterable[Shift]", origins: "Iterable[Origin]" = ()) -> "list[Row]":
    """Return one row for each adjective.

    Columns:
        model, adjective, adjective_coding, professions: the adjective, and the number of
            professions with classified images both with it and without an adjective. All counts
            refer to these professions.
        with_count, with_classified, with_abstained, with_filtered: images with the adjective that
            are perceived as feminine, have a label, have none, were filtered.
        without_count, without_classified, without_abstained, without_filtered: the same without an
            adjective.
        shift, shift_low, shift_high: feminine share with minus without, -1..1, as counted.
        corrected_shift, corrected_shift_low, corrected_shift_high: the same, corrected.
        level: the confidence of the limits.
        p, q, tests: the two-sided p-value of a sign-flip test over professions, its
            Benjamini-Hochberg adjustment for all tests, and the number of tests.
        instrument ... tool_version: as in tally_rows.
    """
    found = tuple(found)
    known, tests = by_model(origins), sum(shift.p is not None for shift in found)
    return [_shift(shift, tests, known.get(shift.with_it.cell.model)) for shift in found]


def _gap(gap: "Gap", tests: int, known: "Origin | None") -> "Row":
    tally, reference = gap.finding.tally, gap.reference
    share = gap.finding.best(FEMININE)
    return {
        **word_columns(tally),
        "count": tally.count(FEMININE),
        "classified": tally.classified,
        **uncounted_columns(tally),
        **interval_columns("share", share),
        "level": tally.level,
        "method": share.method if share else None,
        "reference_share": reference.share if reference else None,
        "reference_year": reference.year if reference else None,
        "reference_occupation": reference.occupation if reference else None,
        "reference_match": reference.match if reference else None,
        **interval_columns("gap", gap.gap),
        "amplification": gap.amplification,
        "counts": gap.counts,
        "p": gap.p,
        "q": gap.q,
        "tests": tests,
        "correction_note": gap.finding.note,
        **instrument_columns(tally.axis, known),
        **model_columns(known),
    }


def _distances(tally: "Tally") -> "Row":
    uniform = (1,) * len(tally.axis.labels)
    null = distances.null_levels(uniform, tally.classified) if tally.enough else None
    counts = tally.counts if tally.enough else (0,) * len(uniform)
    return {
        "total_variation": distances.total_variation(counts, uniform),
        "total_variation_by_chance": null.total_variation.mean if null else None,
        "total_variation_line": null.total_variation.line if null else None,
        "wasserstein_steps": distances.wasserstein_steps(counts, uniform),
        "jensen_shannon_bits": distances.jensen_shannon(counts, uniform),
        "jensen_shannon_by_chance": null.jensen_shannon.mean if null else None,
        "jensen_shannon_line": null.jensen_shannon.line if null else None,
    }


def _shift(shift: "Shift", tests: int, known: "Origin | None") -> "Row":
    words = word_columns(shift.with_it)
    del words["profession"]
    return {
        **words,
        "professions": shift.professions,
        **_side("with", shift.with_it),
        **_side("without", shift.without),
        **interval_columns("shift", shift.raw),
        **interval_columns("corrected_shift", shift.corrected),
        "level": shift.with_it.level,
        "p": shift.p,
        "q": shift.q,
        "tests": tests,
        **instrument_columns(shift.with_it.axis, known),
        **model_columns(known),
    }


def _side(name: str, tally: "Tally") -> "Row":
    return {
        f"{name}_count": tally.count(FEMININE),
        f"{name}_classified": tally.classified,
        f"{name}_abstained": tally.abstained,
        f"{name}_filtered": tally.filtered,
    }
