"""Every figure on the page is the command line's for the same choice, on the bundled sample."""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from explorer import settings
from explorer.page import compare, explore, gaps
from explorer.page.choice import COMPARE, EXPLORE, GAPS, STATISTICS, Choice
from explorer.page.desk import Desk, open_desk
from explorer.page.view import Show
from explorer.perception.axes import find_axis
from tests import commands
from tests.markup import Element, parse_html, table_rows
from tests.page.conftest import findings_of

Row = dict[str, Any]

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
BOTH = ("author", "nurse")
AXES = tuple(map(find_axis, ("gender", "tone")))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk with the bundled sample in its store."""
    desk = open_desk(settings.load(tmp_path_factory.mktemp("sample")))
    yield desk
    desk.store.close()


def page(desk: Desk, show: Show, choice: Choice) -> Element:
    return parse_html(show(desk, choice, findings_of(desk, choice)))


def statistics(desk: Desk, show: Show, choice: Choice) -> Element:
    return page(desk, show, replace(choice, tab=STATISTICS))


def run(desk: Desk, line: str) -> str:
    """Return the output of a command for the choice."""
    done = commands.run(f"{line} --cache {shlex.quote(str(desk.store.root))}")
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(desk: Desk, line: str) -> list[Row]:
    found: list[Row] = json.loads(run(desk, f"{line} --json"))
    return found


def words(choice: Choice) -> str:
    """Return the options that choose the same words on the command line."""
    professions = " ".join(f"--profession {name}" for name in choice.professions)
    return f"{professions} " + " ".join(f"--adjective {word}" for word in choice.adjectives)


def percent(share: float) -> str:
    return f"{share:.0%}"


def limits(row: Row, name: str) -> str:
    """Return "58 to 63", a dash where there are none."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return DASH if low is None else f"{100 * low:.0f} to {100 * high:.0f}"


def share(row: Row, name: str, of: str) -> str:
    """Return "61% 54 to 68" of the columns of a share, a dash where there is none."""
    return DASH if row[of] is None else f"{percent(row[of])} {limits(row, name)}"


def points(difference: float) -> str:
    whole = round(100 * difference)
    return f"{whole:+d}".replace("-", MINUS) if whole else "0"


def span(row: Row, name: str) -> str:
    """Return "+7 -3 to +17" of the columns of a difference."""
    if row[name] is None:
        return DASH
    return f"{points(row[name])} {points(row[f'{name}_low'])} to {points(row[f'{name}_high'])}"


def chance(value: float | None) -> str:
    if value is None:
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.2g}"


def adjusted(row: Row, name: str) -> str:
    """Return q as the page prints it, for screen readers with whether the difference is clear."""
    q, low, high = row["q"], row[f"{name}_low"], row[f"{name}_high"]
    clear = q is not None and q <= 0.05 and not low <= 0 <= high
    return chance(q) + (", clear" if clear else "")


def by_axis(found: Sequence[Row]) -> list[list[Row]]:
    return [list(some) for _, some in groupby(found, lambda row: row["axis"])]


def shares(row: Row) -> list[str]:
    """Return the three shares of a label as the charts print them, the one to quote first."""
    return [
        share(row, "corrected", of="corrected_share"),
        share(row, "share", of="share"),
        limits(row, "bound"),
    ]


def printed(cells: Sequence[str]) -> list[str]:
    """Return the printed shares, without those a bundled model is known to generate."""
    return [cell.partition(", known")[0] for cell in cells]


def held(side: Element) -> list[list[Any]]:
    """Return the details that a list of images holds for those that it shows."""
    found: list[list[Any] | None] = json.loads(side.attributes["data-facts"])
    return [one for one in found if one]


def uncounted(row: Row, axis: int) -> list[str]:
    return [
        f"{row['classified']} classified",
        f"{row['abstained']} {AXES[axis].abstention}",
        f"{row['filtered']} filtered",
        f"{row['missing']} not generated",
    ]


def figure(of: Element, title: str) -> Element:
    (found,) = (one for one in of.all("figure") if one.one("h2").text == title)
    return found


EXPLORED = [
    EXPLORE,
    replace(EXPLORE, models=("emoji-even",), professions=("nurse",)),
    replace(EXPLORE, adjectives=("none", "honest")),
    # Too few images for a percentage.
    replace(EXPLORE, adjectives=("stubborn",)),
]


@pytest.mark.parametrize("choice", EXPLORED)
def test_explore_counts_what_tally_counts(sample: Desk, choice: Choice) -> None:
    shown = statistics(sample, explore.show, choice)
    line = f"--model {choice.models[0]} {words(choice)}"
    found = by_axis(rows(sample, f"tally {line}"))
    charts = shown.all("figure.bx-chart")
    assert len(charts) == len(found) == 2
    for axis, (chart, counted) in enumerate(zip(charts, found, strict=True)):
        for (name, _, *cells, count), row in zip(table_rows(chart), counted, strict=True):
            few = [DASH, f"{row['count']} of {row['classified']}", DASH]
            three = shares(row) if row["classified"] + row["abstained"] >= 10 else few
            assert (name, printed(cells), int(count)) == (row["label"], three, row["count"])
        told = [one.text.partition(" (")[0] for one in chart.one(".bx-uncounted").all("span")]
        assert told == uncounted(counted[0], axis)
    women = found[0][0]
    mark = f"{percent(women['reference_share'])} women ({women['reference_year']}, "
    assert any(mark in one.text for one in charts[0].all(".bx-marknote"))
    simple = page(sample, explore.show, choice).all("figure.bx-simple")
    for chart, counted in zip(simple, found, strict=True):
        for (_, _, quoted), row in zip(table_rows(chart), counted, strict=False):
            enough = row["classified"] + row["abstained"] >= 10
            of = "corrected" if row["corrected_share"] is not None else "share"
            whole = share(row, of, of="corrected_share" if of == "corrected" else of)
            assert quoted == (whole if enough else f"{row['count']} of {row['classified']}")


@pytest.mark.parametrize("choice", EXPLORED)
def test_explore_says_what_tally_and_gap_say(sample: Desk, choice: Choice) -> None:
    shown = statistics(sample, explore.show, choice)
    told = run(sample, f"tally --model {choice.models[0]} {words(choice)}").splitlines()
    counts, *headlines = shown.all(".bx-more")
    sentences = [*shown.all("h1"), *headlines, *shown.all(".bx-quote")]
    assert len(sentences) > 3
    assert all(one.text in told for one in sentences)
    assert counts.text in [one.replace(f" by {choice.models[0]}:", ":") for one in told]
    assert shown.one("h1").text == told[told.index("") + 1]
    women = rows(sample, f"tally --model {choice.models[0]} {words(choice)}")[0]
    if women["corrected_share"] is not None:
        quoted = f"{percent(women['corrected_share'])} of images of "
        assert shown.one("h1").text.startswith(quoted)
        assert limits(women, "corrected") in shown.one("h1").text
    (gap,) = rows(sample, f"gap {choice.models[0]} {words(choice)}")
    if gap["gap"] is None:
        assert shown.all(".bx-gapline") == []
    else:
        line = shown.one(".bx-gapline").text
        low, high = points(gap["gap_low"]), points(gap["gap_high"])
        assert f": {points(gap['gap'])} points, 95% interval {low} to {high} (" in line


@pytest.mark.parametrize("choice", EXPLORED)
def test_the_grid_holds_the_images_that_images_lists(sample: Desk, choice: Choice) -> None:
    shown = page(sample, explore.show, choice)
    line = f"--model {choice.models[0]} {words(choice)}"
    listed = rows(sample, f"images {line}")
    thumbs = shown.all("button.bx-thumb")
    assert len(thumbs) == len(listed)
    facts = [one for each in shown.all("ul") if each.classes == {"bx-thumbs"} for one in held(each)]
    for thumb, (seed, labels, scores), row in zip(thumbs, facts, listed, strict=True):
        assert thumb.one("img").attributes["src"].endswith(f"/{row['key']}.webp")
        assert (seed, int(thumb.attributes["value"])) == (row["seed"], row["replicate"] + 1)
        named = zip(AXES, labels, strict=True)
        assert [None if place is None else axis.labels[place] for axis, place in named] == [
            row[f"{axis.name}_label"] for axis in AXES
        ]
        assert scores == [
            [round(row[f"{axis.name}_score_{label}"], 4) for label in axis.labels] for axis in AXES
        ]
    cells = by_axis(rows(sample, f"tally --by adjective {line}"))
    counts = [
        {
            one.attributes["title"]: one.spoken
            for one in each.all("span")
            if one.attributes.get("title")
        }
        for each in shown.all("span.bx-counts")
    ]
    assert len(counts) == len(cells)
    for seen, counted in zip(counts, cells, strict=True):
        unclear = counted[0]["abstained"]
        numbers = {row["label"]: row["count"] for row in counted}
        assert {name.partition(" (")[0]: int(text.split()[-1]) for name, text in seen.items()} == (
            numbers | ({"unclear": unclear} if unclear else {})
        )


def test_compare_counts_what_tally_counts_of_both_models(sample: Desk) -> None:
    shown = statistics(sample, compare.show, COMPARE)
    models = " ".join(f"--model {name}" for name in COMPARE.models)
    found = rows(sample, f"tally {models} {words(COMPARE)}")
    sides = [by_axis([row for row in found if row["model"] == name]) for name in COMPARE.models]
    paired = [
        row["paired"]
        for row in rows(sample, f"compare {' '.join(COMPARE.models)} {words(COMPARE)}")
    ]
    told = run(sample, f"tally {models} {words(COMPARE)}").splitlines()
    for axis, chart in enumerate(shown.all("figure.bx-pairs")):
        counted = [
            row for pair in zip(*(side[axis] for side in sides), strict=True) for row in pair
        ]
        cells = [printed(row[-3:]) for row in table_rows(chart)]
        assert cells == [shares(row) for row in counted]
        texts = [
            [one.text.partition(" (")[0] for one in each.all("span")]
            for each in chart.all(".bx-uncounted")
        ]
        assert texts == [uncounted(side[axis][0], axis) for side in sides]
        number = paired[0 if axis == 0 else -1]
        assert chart.one(".bx-paired").text.startswith(f"{number} pairs of prompt and seed")
        quotes = [one.text for one in chart.all(".bx-quote")]
        assert [quote[:2] for quote in quotes] == ["A ", "A ", "B ", "B "]
        assert all(quote[2:] in told for quote in quotes)


def test_compare_tells_the_differences_that_compare_tells(sample: Desk) -> None:
    shown = statistics(sample, compare.show, COMPARE)
    line = f"compare {' '.join(COMPARE.models)} {words(COMPARE)}"
    found = [row for row in rows(sample, line) if row["label"] != "masculine"]
    plot = table_rows(figure(shown, "Where they differ"))
    assert [row[2:] for row in plot] == [
        [
            span(row, "corrected_difference"),
            span(row, "difference"),
            chance(row["p"]),
            judged(row),
        ]
        for row in found
    ]
    told = run(sample, line).splitlines()
    *quotes, statistic = [one.text for one in shown.all(".bx-quotes")[0].all(".bx-quote")]
    assert shown.one("h1").text in told
    assert all(one.text in told for one in shown.all(".bx-more"))
    assert all(quote in told for quote in quotes)
    assert f"Women are {percent(found[0]['reference_share'])} of" in statistic


def test_compare_of_several_professions_tells_what_compare_tells(sample: Desk) -> None:
    choice = replace(COMPARE, professions=BOTH)
    shown = statistics(sample, compare.show, choice)
    line = f"compare {' '.join(choice.models)} {words(choice)}"
    found = {(row["profession"], row["label"]): row for row in rows(sample, line)}
    genders = table_rows(figure(shown, "Perceived as feminine, by profession"))
    tones = table_rows(figure(shown, "Perceived skin tone by profession"))
    adjectives = table_rows(figure(shown, "Perceived as feminine, by adjective"))
    by_adjective = {
        row["adjective"] or "no adjective": row
        for row in rows(sample, f"{line} --by adjective")
        if row["label"] == "feminine"
    }
    named = [
        *((found[name, "feminine"], cells) for name, _, *cells in genders),
        *((found[tone(name)], cells) for name, _, *cells in tones),
        *((by_adjective[title(name)], cells) for name, _, *cells in adjectives),
    ]
    assert (len(genders), len(adjectives)) == (2, 21)
    clear = [row for row in found.values() if row["axis"] == "tone" and is_clear(row)]
    assert len(tones) == min(8, len(clear))
    for row, cells in named:
        assert cells == [
            span(row, "corrected_difference"),
            span(row, "difference"),
            chance(row["p"]),
            judged(row),
        ]
    told = run(sample, line).splitlines()
    assert shown.one("h1").text in told
    assert all(one.text in told for one in shown.all(".bx-quotes")[0].all(".bx-quote"))
    more = sum(is_clear(found[name, "feminine"]) for name in BOTH)
    assert shown.one("h1").text.endswith(f" for {more} of 2 tested professions.")


def test_a_headline_does_not_contradict_what_is_tested(sample: Desk) -> None:
    for choice in (COMPARE, replace(COMPARE, professions=("nurse",))):
        shown = page(sample, compare.show, choice)
        found = rows(sample, f"compare {' '.join(choice.models)} {words(choice)} --axis gender")
        heading = shown.one("h1").text
        assert ("points, 95% interval" in heading) is is_clear(found[0])
        assert ("clear enough to report" in heading) is not is_clear(found[0])


def is_clear(row: Row) -> bool:
    return str(row["verdict"]).endswith("on the left")


def judged(row: Row) -> str:
    """Return q as the page prints it, with the verdict for screen readers."""
    return chance(row["q"]) + (", clear" if is_clear(row) else "")


def tone(name: str) -> tuple[str, str]:
    """Return profession and label of "nurse light in skin tone"."""
    profession, _, rest = name.partition(" ")
    return profession, rest.removesuffix(" in skin tone")


def title(name: str) -> str:
    """Return the adjective of "honest feminine-coded"."""
    return name.removesuffix(" masculine-coded").removesuffix(" feminine-coded")


@pytest.mark.parametrize("model", COMPARE.models)
def test_gaps_tells_what_gap_and_adjectives_tell(sample: Desk, model: str) -> None:
    choice = replace(GAPS, models=(model,))
    shown = page(sample, gaps.show, choice)
    line = f"{model} {words(choice)}"
    found = {row["profession"]: row for row in rows(sample, f"gap {line}")}
    told = table_rows(shown.one("figure.bx-beside-reference"))
    assert len(told) == 2
    for name, _, *cells in told:
        row = found[name.split()[0]]
        women = percent(row["reference_share"])
        assert cells == [
            share(row, "share", of="share"),
            women,
            span(row, "gap"),
            adjusted(row, "gap"),
        ]
        dot = f"{row['profession']}: {percent(row['share'])} perceived as feminine, {women} women"
        assert dot in [one.text for one in shown.all("title")]
    moved = {row["adjective"]: row for row in rows(sample, f"adjectives {line}")}
    shifts = figure(shown, "What each adjective does")
    assert len(table_rows(shifts)) == len(moved) == 20
    for name, _, *cells in table_rows(shifts):
        row = moved[title(name)]
        spans = [span(row, "corrected_shift"), span(row, "shift")]
        assert cells == [*spans, chance(row["p"]), adjusted(row, "corrected_shift")]
    sentences = [
        one.text for one in (*shown.all("h1"), *shown.all(".bx-quote")) if not one.all("a")
    ]
    printed_lines = run(sample, f"gap {line}") + run(sample, f"adjectives {line}")
    assert len(sentences) > 3
    assert all(one in printed_lines.splitlines() for one in sentences)


@pytest.mark.parametrize("model", COMPARE.models)
def test_gaps_tells_the_tones_that_gap_tells(sample: Desk, model: str) -> None:
    choice = replace(GAPS, models=(model,))
    found = rows(sample, f"gap {model} {words(choice)} --axis tone")
    counted = by_axis(
        rows(sample, f"tally --by profession --model {model} {words(choice)} --axis tone")
    )
    by_name = groupby((row for some in counted for row in some), lambda row: row["profession"])
    counts = {name: list(some) for name, some in by_name}
    told = table_rows(page(sample, gaps.show, choice).one("figure.bx-tones"))
    for (name, tones, distance, line), row in zip(told, found, strict=True):
        of = counts[name]
        numbers = ", ".join(f"{one['label']} {one['count']}" for one in of)
        assert tones == f"{numbers}, unclear {of[0]['abstained']}"
        assert name == row["profession"]
        assert distance == percent(row["total_variation"])
        assert line == percent(row["total_variation_line"])
