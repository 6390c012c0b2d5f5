"""Compare: two models on the same prompts and seeds."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.findings.differences import difference_sentence, differences_sentence
from explorer.findings.sentences import limits_text, quote, reasons_sentences, subject
from explorer.page.charts import coded, labels, labour_mark, pair_chart
from explorer.page.choice import COMPARE, address, professions
from explorer.page.dots import by_size, difference_dot, dot_plot
from explorer.page.explore import codings, prompt_text, shown_of
from explorer.page.grid import facts, grid
from explorer.page.known import known_shares
from explorer.page.measured import measured
from explorer.page.planned import planned
from explorer.page.rendering import render
from explorer.page.tables import tables
from explorer.perception.axes import FEMININE, GENDER
from explorer.statistics.intervals import FEWEST
from explorer.translations import gettext as _
from explorer.translations import ngettext
from explorer.words.labour import labour_statistic
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from explorer.findings.differences import Clearest, Difference
    from explorer.findings.findings import Findings
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.page.dots import DotPlot
    from explorer.statistics.intervals import Interval
    from explorer.words.vocabulary import Profession

# Correcting tones is slow, so only the clearest of many professions are shown.
_TONES_SHOWN = 8


def show(_desk: "Desk", choice: "Choice", findings: "Findings") -> str:
    """Return the view of a study of two models, as far as it is stored."""
    study, chosen = findings.study, professions(choice)
    parts = (
        _of_one(chosen[0], choice.year, findings)
        if len(chosen) == 1
        else _of_several(choice, findings)
    )
    return render(
        "compare.html",
        address=address(choice),
        tables=[table for table in tables() if table.default is COMPARE],
        explore=address(
            replace(choice, models=choice.models[:1], professions=choice.professions[:1])
        ),
        beside=address(replace(choice, models=choice.models[:1])),
        cards=study.models,
        prompt=prompt_text(study),
        plan=planned(study, findings.errors),
        measured=measured(choice, study),
        axes=[(axis, labels(axis)) for axis in study.axes],
        professions=chosen,
        **parts,
    )


def sentence(
    difference: "Difference", profession: "Profession | None" = None, year: int = DEFAULT_YEAR
) -> str:
    """Return a sentence on the model whose images are perceived as feminine more often.

    Args:
        difference: a difference on the gender axis.
        profession: the one whose labour statistic is added; None adds none.
        year: of the labour statistic.
    """
    parts = (_found(difference), labour_statistic(profession, year) if profession else None)
    return "; ".join(part for part in parts if part) + "."


def _of_one(chosen: "Profession", year: int, findings: "Findings") -> dict[str, object]:
    """Return the parts of one profession: each model's tallies, the differences and the images."""
    study = findings.study
    # The grid comes first: images that it finds damaged are forgotten and not counted below.
    shown = [shown_of(findings, card) for card in study.models]
    found, mark = findings.differences("profession"), labour_mark(chosen, year)
    quoted = {one.tally: one for one in findings.found("profession")}
    sides = [
        (
            quoted[one.comparison.left],
            quoted[one.comparison.right],
            one.comparison.paired if study.paired else None,
        )
        for one in found
    ]
    known = [known_shares(card, study) for card in study.models]
    return {
        "sentence": sentence(found[0], chosen if mark and mark.fits else None, year),
        "told": [*_told(found), *findings.services],
        "charts": [pair_chart((a, b), paired, mark, known) for a, b, paired in sides],
        "quotes": [(quote(left), quote(right)) for left, right, _paired in sides],
        "plots": [_by_label(found), *_by_adjective(findings)],
        "rows": grid(shown, study.axes, mark, codings()),
        "facts": facts(study.axes),
        "mark": mark,
    }


def _of_several(choice: "Choice", findings: "Findings") -> dict[str, object]:
    """Return the parts of several professions: the differences, which link to the images."""
    found = findings.differences("profession", GENDER)
    others = [axis.name for axis in findings.study.axes if axis.name != GENDER]
    tones = [findings.clearest(axis, _TONES_SHOWN) for axis in others]
    return {
        "sentence": _of_all(found),
        "told": [
            differences_sentence(found),
            *_notes(found),
            *findings.services,
            *(differences_sentence(one.tested) for one in tones),
            *reasons_sentences(
                side for one in findings.compared("profession") for side in (one.left, one.right)
            ),
        ],
        "charts": [],
        "quotes": [],
        "plots": [
            _by_profession(found, choice),
            *(_of_tones(one, choice) for one in tones if one.rows),
            *_by_adjective(findings),
        ],
        "rows": (),
        "facts": "",
        "mark": None,
    }


def _of_all(found: "tuple[Difference, ...]") -> str:
    """Return a sentence on the number of professions that differ significantly, either way."""
    left, right = found[0].comparison.left.cell.model, found[0].comparison.right.cell.model
    tested = [one for one in found if one.tests[_feminine(one)]]
    if not tested:
        return ngettext(
            "Too few images of {number} profession to compare {left} and {right}.",
            "Too few images of {number} professions to compare {left} and {right}.",
            len(found),
        ).format(number=len(found), left=left, right=right)
    held = [one for one in tested if (test := one.tests[_feminine(one)]) and test.holds]
    more = sum((best := one.best(_feminine(one))) is not None and best.estimate > 0 for one in held)
    return ngettext(
        "Of {number} profession, {left} shows {more} significantly more often as feminine than "
        "{right}, and {less} significantly less often.",
        "Of {number} professions, {left} shows {more} significantly more often as feminine than "
        "{right}, and {less} significantly less often.",
        len(tested),
    ).format(number=len(tested), left=left, right=right, more=more, less=len(held) - more)


def _of_tones(tones: "Clearest", choice: "Choice") -> "DotPlot":
    left, right = choice.models
    axis = tones.rows[0][0].comparison.left.axis
    return dot_plot(
        title=_("{axis} by profession").format(axis=axis.title),
        caption=ngettext(
            "The clearest significant difference, in points",
            "The {number} clearest significant differences, in points",
            len(tones.rows),
        ).format(number=len(tones.rows)),
        sides=(
            _("more often in {model}").format(model=right),
            _("more often in {model}").format(model=left),
        ),
        rows=by_size(
            difference_dot(
                one,
                position,
                _profession(one),
                axis.described(axis.labels[position]),
                _images(choice, _profession(one)),
            )
            for one, position in tones.rows
        ),
    )


def _by_label(found: "tuple[Difference, ...]") -> "DotPlot":
    return dot_plot(
        title=_("Where they differ"),
        caption=_("A minus B in points, over all prompts"),
        sides=(_("more often in B"), _("more often in A")),
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


def _by_profession(found: "tuple[Difference, ...]", choice: "Choice") -> "DotPlot":
    return dot_plot(
        title=_("Perceived as feminine, by profession"),
        caption=_("A minus B in points; each name links to its images"),
        sides=(_("more often in B"), _("more often in A")),
        rows=by_size(
            difference_dot(
                one,
                _feminine(one),
                _profession(one),
                address=_images(choice, _profession(one)),
            )
            for one in found
        ),
    )


def _by_adjective(findings: "Findings") -> "list[DotPlot]":
    """Return the plot by adjective where any has enough images."""
    comparisons = findings.compared("adjective", GENDER)
    enough = [
        one for one in comparisons if min(one.left.classified, one.right.classified) >= FEWEST
    ]
    if len(comparisons) == 1 or not enough:
        return []
    adjective_codings = codings()
    return [
        dot_plot(
            title=_("Perceived as feminine, by adjective"),
            caption=_("A minus B in points"),
            sides=(_("more often in B"), _("more often in A")),
            rows=by_size(
                difference_dot(one, _feminine(one), word, coded(adjective_codings.get(word)))
                for one in findings.differences("adjective", GENDER)
                for word in [str(one.comparison.left.cell.adjective or _("no adjective"))]
            ),
        )
    ]


def _told(found: "tuple[Difference, ...]") -> list[str]:
    """Return the tests, the significant differences and the notes, axis by axis."""
    return [
        line
        for one in found
        for line in (differences_sentence([one]), *_held([one]), *_notes([one]))
    ]


def _held(found: "tuple[Difference, ...] | list[Difference]") -> list[str]:
    told = (
        difference_sentence(one, position)
        for one in found
        for position, test in enumerate(one.tests)
        if test and test.holds
    )
    return [line for line in told if line]


def _notes(found: "tuple[Difference, ...] | list[Difference]") -> list[str]:
    return list(dict.fromkeys(one.note for one in found if one.note))


def _feminine(difference: "Difference") -> int:
    return difference.comparison.left.axis.labels.index(FEMININE)


def _profession(difference: "Difference") -> str:
    return str(difference.comparison.left.cell.profession)


def _images(choice: "Choice", profession: str) -> str:
    return address(replace(choice, professions=(profession,)))


def _found(difference: "Difference") -> str:
    left, right = difference.comparison.left, difference.comparison.right
    whom, best = subject(left.cell), difference.best(_feminine(difference))
    if best is None or min(left.classified, right.classified) < FEWEST:
        return _(
            "Too few images of {subject} to compare: {few} by {left} and {others} by {right} are "
            "classified"
        ).format(
            subject=whom,
            few=left.classified,
            left=left.cell.model,
            others=right.classified,
            right=right.cell.model,
        )
    return _verdict(best).format(
        subject=whom,
        left=left.cell.model,
        right=right.cell.model,
        how=_("corrected") if difference.corrected else _("as counted"),
        level=f"{best.level:.0%}",
        limits=limits_text(best),
    )


def _verdict(best: "Interval") -> str:
    if best.low <= 0 <= best.high:
        return _(
            "Images of {subject} by {left} and {right} do not clearly differ in how often they are "
            "perceived as feminine ({how}, {level} interval of the difference {limits} points)"
        )
    if best.low > 0:
        return _(
            "Images of {subject} by {left} are perceived as feminine more often than those by "
            "{right} ({how}, {level} interval of the difference {limits} points)"
        )
    return _(
        "Images of {subject} by {left} are perceived as feminine less often than those by {right} "
        "({how}, {level} interval of the difference {limits} points)"
    )
