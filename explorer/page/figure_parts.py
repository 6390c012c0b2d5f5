"""What the charts of each view hold, for their files."""

from typing import TYPE_CHECKING

from explorer.findings.gaps import headline
from explorer.findings.likeness import diversities
from explorer.likeness.clusters import clusters as clusters_of
from explorer.likeness.pool import pool
from explorer.page import compare_statistics, gaps, overview, pronoun_findings
from explorer.page.charts import labels
from explorer.page.choice import profession, professions, references
from explorer.page.leaders import overviews
from explorer.page.neighbours import fillings
from explorer.perception.axes import FEMININE, GENDER, find_axis
from explorer.plots.cloud import cloud_file, curve
from explorer.plots.drawing import UNCLEAR, Cloud, Dots, Group, Row, Spot, Stacks
from explorer.pronouns.beside import like_references
from explorer.pronouns.probe import share_of
from explorer.report.card import Number
from explorer.translations import gettext as _
from explorer.translations import ngettext, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.findings.findings import Findings
    from explorer.findings.tallies import Tally
    from explorer.overview.results import Overview
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.page.dots import DotPlot
    from explorer.page.neighbours import Fillings
    from explorer.page.overview import Asked
    from explorer.page.pronoun_findings import Point, Session
    from explorer.perception.axes import Axis
    from explorer.plots.drawing import Part
    from explorer.pronouns.beside import Beside
    from explorer.pronouns.probe import Lean

# Of a study: Explore, Compare and Gaps.


def shares(_desk: "Desk", choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the share of each label of one profession, or the feminine share of several."""
    made = findings.study
    if len(made.professions) > 1:
        return [_of_professions(findings, choice)]
    return [_of_labels(findings, axis, choice) for axis in made.axes]


def _of_labels(findings: "Findings", axis: "Axis", choice: "Choice") -> Dots:
    found = findings.found("profession", axis.name)
    reference = references(choice).get(findings.study.professions[0])
    share = reference.share if reference and reference.trusted else None
    rows = tuple(
        Row(
            word("label", label),
            tuple(one.best(label) for one in found),
            share if label == FEMININE else None,
        )
        for label in axis.labels
    )
    subject = word("profession", findings.study.professions[0])
    title = _("{question}: {profession}, share of images, 95% interval").format(
        question=axis.title, profession=subject
    )
    return Dots(title, rows, of_models(findings), _few(), _reference(choice))


def _of_professions(findings: "Findings", choice: "Choice") -> Dots:
    found = findings.found("profession", GENDER)
    known = references(choice)
    best = {(one.tally.cell.profession, one.tally.cell.model): one.best(FEMININE) for one in found}
    rows = tuple(
        Row(
            word("profession", name),
            tuple(best[name, card.spec.name] for card in findings.study.models),
            known[name].share if name in known and known[name].trusted else None,
        )
        for name in findings.study.professions
    )
    title = _("Share of images perceived as feminine, 95% interval")
    return Dots(title, rows, of_models(findings), _few(), _reference(choice))


def rows(_desk: "Desk", choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the answers on each row of images, model by model and axis by axis."""
    subject = word("profession", profession(choice).name)
    parts = [
        (axis, model, [one for one in found if one.cell.model == model and one.looked_at])
        for axis in findings.study.axes
        for found in [findings.tallies("cell", axis.name)]
        for model in of_models(findings)
    ]
    title = _("{question}: {profession}, by {model}, as counted")
    return [
        _of_rows(title.format(question=axis.title, profession=subject, model=model), axis, seen)
        for axis, model, seen in parts
        if seen
    ]


def _of_rows(title: str, axis: "Axis", tallies: "Iterable[Tally]") -> Stacks:
    shown = labels(axis)
    return Stacks(
        title=title,
        labels=(*(label.name for label in shown), axis.counted(None)),
        styles=(*(label.style for label in shown), UNCLEAR),
        rows=tuple(
            (
                word("adjective", str(one.cell.adjective or "")) or _("no adjective"),
                (*one.counts, one.abstained),
            )
            for one in tallies
        ),
    )


def clusters(desk: "Desk", _choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the part of each cluster that has each word, beside the part of all images."""
    found = clusters_of(pool(findings.study, desk.store))
    return [
        _of_cluster(place, len(one.images), fillings(found, one))
        for place, one in enumerate(found.clusters, start=1)
    ]


def _of_cluster(place: int, images: int, found: "Iterable[Fillings]") -> Dots:
    words = [one for _title, words, _others in found for one in words]
    title = ngettext("Cluster {place}: {number} image", "Cluster {place}: {number} images", images)
    return Dots(
        title.format(place=place, number=images),
        tuple(
            Row(one.word, (Number(one.share, one.share, one.share),), one.share_of_all)
            for one in words
        ),
        (_("part of the cluster"),),
        "",
        _("part of all these images"),
    )


def differences(_desk: "Desk", choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the differences between models."""
    return [_of_plot(one) for one in compare_statistics.plots(choice, findings) if one.rows]


def gap_rows(_desk: "Desk", choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the gap of each profession, from the lowest to the highest."""
    found = findings.gaps(references(choice)).rows
    ordered = sorted(found, key=lambda one: one.gap.estimate if one.gap else float("inf"))
    rows = tuple(Row(word("profession", one.profession), (one.gap,)) for one in ordered)
    title = _("Share perceived as feminine minus the reference, in points, 95% interval")
    return [Dots(title, rows, of_models(findings), _few(), scale="difference")]


def cloud(_desk: "Desk", choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the professions of one model, over the reference."""
    found = findings.gaps(references(choice))
    made = gaps.cloud(found.rows, headline(found))
    across = _("your own figures, in percent") if choice.reference else _women(choice.year)
    title = _("Images against people")
    return [cloud_file(made.points, made.curve, title, across)] if made else []


def adjectives(_desk: "Desk", _choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the shift of the feminine share with each adjective."""
    made = gaps.shifts(findings.shifts)
    return [_of_plot(made, _shift_title())] if made else []


def tones(_desk: "Desk", _choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the tones of each profession as counted."""
    (axis,) = (axis for axis in findings.study.axes if axis.name != GENDER)
    rows = [
        (word("profession", str(one.cell.profession)), one.counts)
        for one in findings.tallies("profession", axis.name)
        if one.classified
    ]
    return [_of_tones(axis, rows)] if rows else []


def diversity(desk: "Desk", choice: "Choice", findings: "Findings") -> "list[Part]":
    """Return the effective number of different images of each profession and model."""
    found = diversities(findings, desk.store, "profession")
    cells = [(one, one.finding.tally.cell) for one in found]
    scores = {(cell.profession, cell.model): one.score for one, cell in cells}
    names, models = [one.name for one in professions(choice)], of_models(findings)
    rows = tuple(
        Row(word("profession", name), tuple(scores.get((name, model)) for model in models))
        for name in names
    )
    title = _("Effective number of different images (Vendi score), 95% interval")
    return [Dots(title, rows, models, _few(), scale="number")]


# Of all professions: Overview.


def of_overview(desk: "Desk", asked: "Asked") -> "list[Part]":
    """Return the charts of the part of the overview that is shown."""
    found = overviews(desk, asked.models)
    titles = [overview.model_title(desk, one.model) for one in found]
    of_each = {
        overview.CLOUD: _cloud_of,
        overview.TONES: _tones_of,
        overview.ADJECTIVES: _adjectives_of,
    }
    if asked.tab not in of_each:
        return [_of_lines(titles, found)]
    return list(map(of_each[asked.tab], titles, found))


def _cloud_of(title: str, one: "Overview") -> "Part":
    points, fitted = overview.points(one), curve(overview.slope(one))
    return cloud_file(points, fitted, title, _women(one.year))


def _tones_of(title: str, one: "Overview") -> "Part":
    lines = [(word("profession", line.profession), line.tones) for line in one.lines]
    return _of_tones(find_axis("tone"), lines, title)


def _adjectives_of(title: str, one: "Overview") -> "Part":
    return _of_plot(overview.shifts(one), f"{title}. {_shift_title()}")


def _of_lines(titles: "Sequence[str]", found: "Sequence[Overview]") -> Dots:
    """Return the feminine share of each profession of several models, the smallest first."""
    lines = [{line.profession: line for line in one.lines} for one in found]
    shown = sorted(
        lines[0].values(), key=lambda line: line.share.estimate if line.share else float("inf")
    )
    rows = tuple(
        Row(
            word("profession", line.profession),
            tuple(of[line.profession].share if line.profession in of else None for of in lines),
            line.reference,
        )
        for line in shown
    )
    title = _("Share of images perceived as feminine, 95% interval")
    return Dots(title, rows, tuple(titles), _few(), _workers())


# Of a language model: Pronouns.


def pronoun_cloud(desk: "Desk", asked: "Session") -> "list[Part]":
    """Return the professions of a language model, and its images, over women's share."""
    rows = _asked(desk, asked)
    points = pronoun_findings.points(rows)
    groups = [
        Group(_she(asked), _of_words(one for one in points if not one.muted), "plain"),
        Group(
            _("the statistic fits the word only roughly"),
            _of_words(one for one in points if one.muted),
            "faint",
        ),
        Group(
            _("images of {generator}").format(generator=pronoun_findings.generator_of(asked)),
            tuple(
                Spot(one.x, share, share, share)
                for one in points
                if one.row.images
                for share in [one.row.images.share.estimate]
            ),
            "diamond",
        ),
    ]
    return [
        Cloud(
            _("Words, images and people"),
            _women(asked.year),
            _("she rather than he, feminine images, in percent"),
            tuple(group for group in groups if group.spots),
            curve(like_references(rows).slope),
        )
    ]


def pronoun_shares(desk: "Desk", asked: "Session") -> "list[Part]":
    """Return the share of she of each profession, from the least to the most."""
    ordered = sorted(_asked(desk, asked), key=lambda row: row.lean.log_odds)
    rows = tuple(
        Row(
            word("profession", one.lean.profession),
            (_range(one.lean),),
            one.reference.share if one.reference else None,
        )
        for one in ordered
    )
    title = _("Share of she among she and he, with the range of the templates")
    return [Dots(title, rows, (_she(asked),), "", _workers())]


def _asked(desk: "Desk", asked: "Session") -> "tuple[Beside, ...]":
    kept = pronoun_findings.kept_of(desk, asked)
    return pronoun_findings.rows_of(desk, asked, kept) if kept else ()


def _she(asked: "Session") -> str:
    return _("she in {name}").format(name=asked.model)


def _range(lean: "Lean") -> Number:
    """Return the share of she, between the templates with the least and the most."""
    return Number(lean.share, share_of(lean.lowest), share_of(lean.highest))


def _of_words(points: "Iterable[Point]") -> tuple[Spot, ...]:
    return tuple(
        Spot(one.x, share.estimate, share.low, share.high, name)
        for one in points
        for share in [_range(one.row.lean)]
        for name in [word("profession", one.row.lean.profession) if one.named else ""]
    )


# What they share.


def of_models(findings: "Findings") -> tuple[str, ...]:
    """Return the names of a study's models."""
    return tuple(card.spec.name for card in findings.study.models)


def _few() -> str:
    return _("too few images")


def _workers() -> str:
    return _("women among US workers")


def _reference(choice: "Choice") -> str:
    return _("your own figures") if choice.reference else _workers()


def _women(year: int) -> str:
    return _("women in US work, {year}, in percent").format(year=year)


def _shift_title() -> str:
    return _("Shift of the feminine share with each adjective, in points, 95% interval")


def _of_plot(plot: "DotPlot", title: str | None = None) -> Dots:
    corrected = any(row.corrected for row in plot.rows)
    return Dots(
        title=title or _("{title}, in points, 95% interval").format(title=plot.title),
        rows=tuple(
            Row(", ".join(filter(None, (row.title, row.detail))), (row.best,)) for row in plot.rows
        ),
        series=(_("corrected, 95% interval") if corrected else _("as counted, 95% interval"),),
        lacking=_few(),
        scale="difference",
        ends=plot.sides,
    )


def _of_tones(
    axis: "Axis", rows: "Iterable[tuple[str, tuple[int, ...]]]", model: str = ""
) -> Stacks:
    shown = labels(axis)
    title = _("Skin tones of each profession, as counted, with the number of images")
    return Stacks(
        title=f"{model}. {title}" if model else title,
        labels=tuple(label.name for label in shown),
        styles=tuple(label.style for label in shown),
        rows=tuple(rows),
    )
