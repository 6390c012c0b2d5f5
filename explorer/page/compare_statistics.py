"""The tab of statistics in Compare: the differences between models, tested, and their shares."""

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from explorer.findings.differences import by_models, judged
from explorer.findings.sentences import finding_sentences, reasons_sentences
from explorer.findings.verdicts import comparison_sentences, notes, verdict_sentences
from explorer.footprint.beside import beside_bias
from explorer.page.charts import coded, labour_mark, sides_chart
from explorer.page.choice import COMPARE, IMAGES_TAB, STATISTICS, address, professions
from explorer.page.dots import by_size, difference_dot, dot_plot
from explorer.page.energy import energy_lines, grid_of_choice
from explorer.page.images import codings
from explorer.page.known import known_shares
from explorer.page.measured import measured
from explorer.page.navigation import view_address
from explorer.page.planned import planned
from explorer.page.rendering import render
from explorer.page.tables import tables
from explorer.perception.axes import FEMININE, GENDER
from explorer.translations import gettext as _
from explorer.translations import ngettext, word
from explorer.words.labour import labour_statistic
from explorer.words.references import labour_references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from explorer.findings.corrected import Finding
    from explorer.findings.differences import Clearest, Difference
    from explorer.findings.findings import Findings
    from explorer.page.charts import Mark
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.page.dots import Dot, DotPlot
    from explorer.page.tables import Table
    from explorer.words.vocabulary import Profession

# Correcting tones is slow, so only the clearest of many professions are shown.
_TONES_SHOWN = 8
# The letters of the models that the first one, A, is compared with.
_OTHERS = "BCD"


def panel(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the statistics of several models' images of the same prompts."""
    study, chosen = findings.study, professions(choice)
    parts = (
        _of_one(chosen[0], choice.year, findings)
        if len(chosen) == 1
        else _of_several(choice, findings)
    )
    return render(
        "compare_statistics.html",
        address=address(choice),
        tables=_tables(),
        cards=study.models,
        plan=planned(study, findings.errors),
        measured=measured(choice, study),
        axes=study.axes,
        professions=chosen if len(chosen) == 1 else (),
        energy_lines=energy_lines(desk, choice, study.models),
        energy_beside=beside_bias(
            findings, desk.store, labour_references(choice.year), grid_of_choice(desk, choice)
        ),
        **parts,
    )


def plots_panel(desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the differences of several professions, each of which leads to its images."""
    return render(
        "differences.html",
        plots=list(
            _each(findings.differences("profession", GENDER), partial(_by_profession, choice))
        ),
        energy_lines=energy_lines(desk, choice, findings.study.models),
        statistics=view_address(replace(choice, tab=STATISTICS)),
        tables=_tables(),
        address=address(choice),
    )


def plots(choice: "Choice", findings: "Findings") -> "list[DotPlot]":
    """Return all plots of differences."""
    if len(findings.study.professions) == 1:
        return _plots_of_one(findings)
    return _plots_of_several(choice, findings, _tones(findings))


def _plots_of_one(findings: "Findings") -> "list[DotPlot]":
    return [*_each(findings.differences("profession"), _by_label), *_by_adjective(findings)]


def _plots_of_several(
    choice: "Choice", findings: "Findings", tones: "Sequence[Clearest]"
) -> "list[DotPlot]":
    found = findings.differences("profession", GENDER)
    return [
        *_each(found, partial(_by_profession, choice)),
        *(plot for one in tones for plot in _of_tones(one, choice)),
        *_by_adjective(findings),
    ]


def _tones(findings: "Findings") -> "list[Clearest]":
    others = [axis.name for axis in findings.study.axes if axis.name != GENDER]
    return [findings.clearest(axis, _TONES_SHOWN) for axis in others]


def _tables() -> "list[Table]":
    return [table for table in tables() if table.default is COMPARE]


def _of_one(chosen: "Profession", year: int, findings: "Findings") -> dict[str, object]:
    """Return the parts of one profession: the differences, and each model's shares."""
    study, found = findings.study, findings.differences("profession")
    mark = labour_mark(chosen, year)
    # The verdicts themselves are the finding above.
    verdicts = {line for one in found for line in verdict_sentences([one], "profession")}
    told = dict.fromkeys(
        line
        for one in found
        for line in comparison_sentences([one], "profession")
        if line not in verdicts
    )
    # Model by model, axes innermost.
    tallied, axes = findings.found("profession"), len(study.axes)
    sides = [tallied[place::axes] for place in range(axes)]
    known = [known_shares(card, study) for card in study.models]
    paired = [one.comparison.paired if study.paired else None for one in found[:axes]]
    return {
        "told": [*told, *findings.services, *_statistic(chosen, mark, year)],
        "charts": [
            sides_chart(side, number, mark, known)
            for side, number in zip(sides, paired, strict=True)
        ],
        "quotes": [[_quoted(one) for one in side] for side in sides],
        "plots": _plots_of_one(findings),
    }


def _of_several(choice: "Choice", findings: "Findings") -> dict[str, object]:
    """Return the parts of several professions: the differences, which link to the images."""
    found = findings.differences("profession", GENDER)
    tones = _tones(findings)
    return {
        "told": [
            *(
                line
                for of_two in by_models(found).values()
                for line in verdict_sentences(of_two, "profession")
            ),
            *notes(found),
            *findings.services,
            *(
                line
                for one in tones
                for of_two in by_models(one.found).values()
                for line in verdict_sentences(of_two, "profession")
            ),
            *reasons_sentences(
                side for one in findings.compared("profession") for side in (one.left, one.right)
            ),
        ],
        "charts": [],
        "quotes": [],
        "plots": _plots_of_several(choice, findings, tones),
    }


def _each(
    found: "Sequence[Difference]", plot: "Callable[[Sequence[Difference], str], DotPlot]"
) -> "Iterator[DotPlot]":
    """Yield the plot of each model's differences from the first one, with the model's letter."""
    for letter, of_two in zip(_OTHERS, by_models(found).values(), strict=False):
        yield plot(of_two, letter)


def _sides(other: str) -> tuple[str, str]:
    return _("more often in {model}").format(model=other), _("more often in A")


def _of_tones(tones: "Clearest", choice: "Choice") -> "Iterator[DotPlot]":
    letters = dict(zip(by_models(tones.found), _OTHERS, strict=False))
    for models, letter in letters.items():
        rows = [row for row in tones.rows if row[0].models == models]
        if rows:
            yield _clearest(rows, letter, choice)


def _clearest(rows: "Sequence[tuple[Difference, int]]", other: str, choice: "Choice") -> "DotPlot":
    axis = rows[0][0].comparison.left.axis
    return dot_plot(
        title=_("{axis} by profession").format(axis=axis.title),
        caption=ngettext(
            "The clearest difference, A minus {other} in points",
            "The {number} clearest differences, A minus {other} in points",
            len(rows),
        ).format(number=len(rows), other=other),
        sides=_sides(other),
        rows=by_size(
            difference_dot(
                one,
                position,
                word("profession", _profession(one)),
                axis.described(axis.labels[position]),
                _images(choice, _profession(one)),
            )
            for one, position in rows
        ),
    )


def _by_label(found: "Sequence[Difference]", other: str) -> "DotPlot":
    return dot_plot(
        title=_("Where they differ"),
        caption=_("A minus {other} in points, over all prompts").format(other=other),
        sides=_sides(other),
        rows=tuple(
            difference_dot(
                one,
                position,
                one.comparison.left.axis.described(one.comparison.left.axis.labels[position]),
            )
            for one in found
            for position, label in enumerate(one.comparison.left.axis.labels)
            # Masculine would be feminine mirrored.
            if one.comparison.left.axis.name != GENDER or label == FEMININE
        ),
    )


def _by_profession(choice: "Choice", found: "Sequence[Difference]", other: str) -> "DotPlot":
    return dot_plot(
        title=_("Perceived as feminine, by profession"),
        caption=_("A minus {other} in points; each name links to its images").format(other=other),
        sides=_sides(other),
        rows=by_size(
            difference_dot(
                one,
                _feminine(one),
                word("profession", _profession(one)),
                address=_images(choice, _profession(one)),
            )
            for one in found
        ),
    )


def _adjective_dot(one: "Difference", adjective_codings: "Mapping[str, str | None]") -> "Dot":
    adjective = one.comparison.left.cell.adjective
    if not isinstance(adjective, str):
        return difference_dot(one, _feminine(one), _("no adjective"))
    coding = coded(adjective_codings.get(adjective))
    return difference_dot(one, _feminine(one), word("adjective", adjective), coding)


def _by_adjective(findings: "Findings") -> "list[DotPlot]":
    """Return the plots by adjective where any has enough images."""
    comparisons = findings.compared("adjective", GENDER)
    enough = [one for one in comparisons if one.enough]
    if len(findings.study.adjectives) == 1 or not enough:
        return []
    return list(_each(findings.differences("adjective", GENDER), _of_adjectives))


def _of_adjectives(found: "Sequence[Difference]", other: str) -> "DotPlot":
    adjective_codings = codings()
    caption = _("A minus {other} in points").format(other=other)
    return dot_plot(
        title=_("Perceived as feminine, by adjective"),
        caption=caption if found[0].family else ". ".join([caption, *notes(found)]),
        sides=_sides(other),
        rows=by_size(_adjective_dot(one, adjective_codings) for one in found),
    )


def _statistic(chosen: "Profession", mark: "Mark | None", year: int) -> list[str]:
    """Return the labour statistic where it fits the word."""
    told = labour_statistic(chosen, year) if mark and mark.fits else None
    return [told] if told else []


def _quoted(finding: "Finding") -> list[str]:
    """Return the number to quote of one model, and what it is corrected for."""
    return list(islice(finding_sentences(finding), 2))


def _feminine(difference: "Difference") -> int:
    (position,) = judged(difference.comparison.left.axis)
    return position


def _profession(difference: "Difference") -> str:
    return str(difference.comparison.left.cell.profession)


def _images(choice: "Choice", profession: str) -> str:
    return view_address(replace(choice, professions=(profession,), tab=IMAGES_TAB))
