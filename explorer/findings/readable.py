"""Rows for people who open them in a spreadsheet: few columns, percentages, words.

Each function makes such a row of a complete one (explorer.findings.tables and gap_tables). A row of
None gives the same columns, for files without rows. Shares and differences are the corrected ones
where there are any, and say so.
"""

import re
from typing import TYPE_CHECKING, Any

from explorer.csv_files import SEPARATORS
from explorer.findings.tallies import ALL
from explorer.perception.axes import find_axis
from explorer.translations import gettext as _
from explorer.translations import word
from explorer.words.references import match_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from explorer.findings.tables import Row

    Given = Mapping[str, Any]
    Readable = Callable[[Given], Row]

_LABEL = "_label"
_NUMBER = re.compile(r"[+-]?\d+\.\d+%?")


def readable_table(
    rows: "Sequence[Given]", columns: "Sequence[str]", readable: "Readable", separator: str
) -> "tuple[list[Row], tuple[str, ...]]":
    """Return readable rows and their columns.

    Args:
        rows: complete rows.
        columns: the columns of complete rows, where there may be no rows.
        readable: makes a readable row of a complete one.
        separator: that of the file; where cells are separated by semicolons, spreadsheets expect
            decimal commas.
    """
    mark = _with_comma if separator == SEPARATORS["semicolon"] else _unchanged
    made = [{name: mark(cell) for name, cell in readable(row).items()} for row in rows]
    return made, tuple(readable(dict.fromkeys(columns))) if columns else ()


def readable_tally(row: "Given") -> "Row":
    """Return a row of tally_rows for people."""
    corrected = row["corrected_share"] is not None
    low, high = ("corrected_low", "corrected_high") if corrected else ("share_low", "share_high")
    return {
        _("Model"): row["model"],
        _("Profession"): _word("profession", row["profession"]),
        _("Adjective"): _word("adjective", row["adjective"]),
        **_question(row),
        _("Images with this label"): row["count"],
        _("Images with any label"): row["classified"],
        _("Share"): percent_text(row["corrected_share"] if corrected else row["share"]),
        **_limits(row[low], row[high]),
        _("Corrected"): _yes(corrected),
        _("Without a label"): _unlabelled(row),
    }


def readable_comparison(row: "Given") -> "Row":
    """Return a row of comparison_rows for people."""
    corrected = row["corrected_difference"] is not None
    name = "corrected_difference" if corrected else "difference"
    return {
        _("Models A and B"): _joined([row["left_model"], row["right_model"]], _(" and ")),
        _("Profession"): _word("profession", row["profession"]),
        _("Adjective"): _word("adjective", row["adjective"]),
        **_question(row),
        _("Share of A as counted"): percent_text(row["left_share"]),
        _("Share of B as counted"): percent_text(row["right_share"]),
        _("Difference, A minus B"): percent_text(row[name]),
        **_limits(row[f"{name}_low"], row[f"{name}_high"]),
        _("Corrected"): _yes(corrected),
        _("q"): chance_text(row["q"]),
        _("Without a label"): _joined(
            [f"A: {_unlabelled(row, 'left_')}", f"B: {_unlabelled(row, 'right_')}"], "; "
        ),
    }


def readable_gap(row: "Given") -> "Row":
    """Return a row of gap_rows for people."""
    return {
        _("Model"): row["model"],
        _("Profession"): _word("profession", row["profession"]),
        _("Images with any label"): row["classified"],
        _("Share perceived as feminine"): percent_text(row["share"]),
        **_limits(row["share_low"], row["share_high"]),
        _("Reference: share of women"): percent_text(row["reference_share"]),
        _("Fit of the reference"): row["reference_match"] and match_text(row["reference_match"]),
        _("Gap"): percent_text(row["gap"]),
        _("Gap from"): percent_text(row["gap_low"]),
        _("Gap to"): percent_text(row["gap_high"]),
        _("q"): chance_text(row["q"]),
        _("Without a label"): _unlabelled(row),
    }


def readable_tones(row: "Given") -> "Row":
    """Return a row of tone_rows for people."""
    return {
        _("Model"): row["model"],
        _("Profession"): _word("profession", row["profession"]),
        _("Images with any label"): row["classified"],
        _("Distance from equal tones"): percent_text(row["total_variation"]),
        _("Distance expected by chance"): percent_text(row["total_variation_by_chance"]),
        _("Chance limit"): percent_text(row["total_variation_line"]),
        _("Without a label"): _unlabelled(row),
    }


def readable_shift(row: "Given") -> "Row":
    """Return a row of shift_rows for people."""
    corrected = row["corrected_shift"] is not None
    name = "corrected_shift" if corrected else "shift"
    return {
        _("Model"): row["model"],
        _("Adjective"): _word("adjective", row["adjective"]),
        _("Coded as"): row["adjective_coding"] and word("label", row["adjective_coding"]),
        _("Professions"): row["professions"],
        _("Images with it"): row["with_classified"],
        _("Images without it"): row["without_classified"],
        _("Shift of the feminine share"): percent_text(row[name]),
        **_limits(row[f"{name}_low"], row[f"{name}_high"]),
        _("Corrected"): _yes(corrected),
        _("q"): chance_text(row["q"]),
        _("Without a label"): _joined(
            [
                _("with it: {counts}").format(counts=_unlabelled(row, "with_")),
                _("without it: {counts}").format(counts=_unlabelled(row, "without_")),
            ],
            "; ",
        ),
    }


def readable_image(row: "Given") -> "Row":
    """Return a row of image_rows for people."""
    axes = [name.removesuffix(_LABEL) for name in row if name.endswith(_LABEL)]
    return {
        _("Model"): row["model"],
        _("Profession"): _word("profession", row["profession"]),
        _("Adjective"): _word("adjective", row["adjective"]),
        _("Prompt"): row["prompt"],
        _("Prompt as the service rewrote it"): row["revised_prompt"],
        _("Number"): None if row["replicate"] is None else row["replicate"] + 1,
        **{find_axis(axis).title: _answer(row, axis) for axis in axes},
        _("Filtered"): row["filtered"],
        _("File"): row["file"],
    }


def chance_text(value: float | None) -> str | None:
    """Return a p or q as text; None where nothing was tested."""
    if value is None:
        return None
    return "< 0.001" if value < 0.001 else f"{value:.2g}"  # noqa: PLR2004 - as journals do


def percent_text(share: float | None) -> str | None:
    """Return a share as a percentage; None where there is none."""
    return None if share is None else f"{share:z.1%}"


def _question(row: "Given") -> "Row":
    axis = row["axis"] and find_axis(row["axis"]).title
    return {_("Question"): axis, _("Perceived as"): row["label"] and word("label", row["label"])}


def _limits(low: float | None, high: float | None) -> "Row":
    return {_("From (95% interval)"): percent_text(low), _("To (95% interval)"): percent_text(high)}


def _unlabelled(row: "Given", side: str = "") -> str:
    """Return the numbers of images without a label, each with the reason."""
    counts = {
        "abstained": _("{number} unclear"),
        "filtered": _("{number} filtered"),
        "unclassified": _("{number} not classified yet"),
        "missing": _("{number} not generated yet"),
    }
    found = ((row.get(f"{side}{name}"), pattern) for name, pattern in counts.items())
    return ", ".join(text.format(number=number) for number, text in found if number) or _("none")


def _answer(row: "Given", axis: str) -> str | None:
    label, reason = row[f"{axis}{_LABEL}"], row[f"{axis}_reason"]
    if label is not None or row["filtered"] is not None:
        return label and word("label", str(label))
    unclear = find_axis(axis).abstention
    return f"{unclear} ({word('reason', reason)})" if reason else _("not classified yet")


def _word(kind: str, said: str | None) -> str:
    if said == ALL.value:
        return _("all")
    return _("none") if said is None else word(kind, said)


def _yes(value: bool) -> str:  # noqa: FBT001 - the value itself
    return _("yes") if value else _("no")


def _joined(texts: "Sequence[str | None]", between: str) -> str:
    return between.join(text for text in texts if text)


def _with_comma(cell: object) -> object:
    is_number = isinstance(cell, str) and _NUMBER.fullmatch(cell)
    return str(cell).replace(".", ",") if is_number else cell


def _unchanged(cell: object) -> object:
    return cell
