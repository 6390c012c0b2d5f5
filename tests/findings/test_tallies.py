from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import UnknownName
from explorer.findings.counts import NO_REASON, Counts
from explorer.findings.tallies import ALL, By, Cell, Tally, cells, pooled, tally
from explorer.perception.axes import Axis, find_axis
from explorer.perception.decide import UNSURE
from explorer.study import Study
from tests.fakes import fake_card

GENDER = find_axis("gender")
TONE = find_axis("tone")
MODEL = fake_card("model-a")

Answer = tuple[str | None, str | None]

FATES = ("feminine", "masculine", "abstained", "filtered", "unclassified", "missing")


def ask(
    professions: tuple[str, ...] = ("author",),
    adjectives: tuple[str | None, ...] = (None,),
    images: int = 3,
    axes: tuple[Axis, ...] = (GENDER,),
    level: float = 0.95,
) -> Study:
    return Study((MODEL,), professions, adjectives, images, axes, level=level)


def counted(study: Study, *fates: str) -> Counts:
    """Return counts where the images of every prompt have these fates; the rest is missing."""
    stored = [fate for fate in fates if fate != "missing"]
    images = Counter("safety filter" if fate == "filtered" else None for fate in stored)
    answers = Counter[Answer](
        (None, UNSURE) if fate == "abstained" else (fate, None)
        for fate in stored
        if fate not in {"filtered", "unclassified"}
    )
    texts = [prompt.text for prompt in study.prompts]
    return Counts(
        images=dict.fromkeys(texts, images),
        answers={axis.name: dict.fromkeys(texts, answers) for axis in study.axes},
    )


def tallies(study: Study, counts: Counts, by: By) -> tuple[Tally, ...]:
    """Return the tally of each cell and axis, axes innermost."""
    return tuple(
        tally(study, cell, axis, texts, counts)
        for cell, texts in cells(study, MODEL, by).items()
        for axis in study.axes
    )


def test_labels_are_counted_in_the_declared_order() -> None:
    study = ask(images=3)
    (found,) = tallies(study, counted(study, "masculine", "feminine", "masculine"), "cell")
    assert found.cell == Cell("model-a", "author", None)
    assert found.counts == (1, 2)
    assert (found.classified, found.total, found.asked) == (3, 3, 3)
    share = found.share("masculine")
    assert share is not None
    assert share.estimate == pytest.approx(2 / 3)


def test_no_usable_image_gives_no_share_neither_balance_nor_all_male() -> None:
    study = ask(images=8)
    (found,) = tallies(study, counted(study, *FATES[2:] * 2), "cell")
    assert found.counts == (0, 0)
    assert found.share("feminine") is None
    assert found.share("masculine") is None


def test_no_usable_image_gives_no_tone_either() -> None:
    study = ask(images=9, axes=(TONE,))
    (found,) = tallies(study, counted(study, *["abstained"] * 9), "cell")
    assert found.counts == (0, 0, 0, 0, 0)
    assert found.abstained == 9
    assert [found.share(label) for label in TONE.labels] == [None] * 5


def test_a_black_image_is_filtered_and_never_dark() -> None:
    study = ask(images=1, axes=(TONE,))
    (found,) = tallies(study, counted(study, "filtered"), "cell")
    assert found.count("dark") == 0
    assert (found.filtered, found.classified, found.total) == (1, 0, 1)


def test_a_label_that_nobody_got_is_a_zero_and_not_absent() -> None:
    study = ask(images=2, axes=(TONE,))
    (found,) = tallies(study, counted(study, "dark", "dark"), "cell")
    assert found.counts == (0, 0, 0, 0, 2)
    share = found.share("light")
    assert share is not None
    assert share.estimate == 0


@given(st.lists(st.sampled_from(FATES), min_size=1, max_size=40))
def test_every_image_asked_for_is_counted_exactly_once(fates: list[str]) -> None:
    study = ask(images=len(fates))
    (found,) = tallies(study, counted(study, *fates), "cell")
    kinds = (
        *found.counts,
        found.abstained,
        found.filtered,
        found.unclassified,
        found.missing,
    )
    assert kinds == tuple(fates.count(fate) for fate in FATES)
    assert found.asked == len(fates)


def test_a_cell_that_nobody_generated_is_a_row_of_zeros_with_what_is_missing() -> None:
    study = ask(("author", "nurse"), (None, "honest"), images=2)
    found = tallies(study, counted(study), "cell")
    assert [(one.cell.profession, one.cell.adjective, one.missing) for one in found] == [
        ("author", None, 2),
        ("author", "honest", 2),
        ("nurse", None, 2),
        ("nurse", "honest", 2),
    ]
    assert all(one.counts == (0, 0) for one in found)


def test_cells_are_the_full_product_in_the_order_of_the_words_axes_innermost() -> None:
    study = ask(("nurse", "author"), ("honest", None), images=1, axes=(GENDER, TONE))
    found = tallies(study, counted(study), "cell")
    cells = [Cell("model-a", *words) for words in product(("nurse", "author"), ("honest", None))]
    assert [(one.cell, one.axis) for one in found] == list(product(cells, (GENDER, TONE)))


def test_by_profession_all_adjectives_are_counted_together() -> None:
    study = ask(("author", "nurse"), (None, "honest"), images=2)
    found = tallies(study, counted(study, "feminine", "feminine"), "profession")
    assert [one.cell for one in found] == [
        Cell("model-a", "author", ALL),
        Cell("model-a", "nurse", ALL),
    ]
    assert [one.counts for one in found] == [(4, 0), (4, 0)]


def test_by_adjective_all_professions_are_counted_together() -> None:
    study = ask(("author", "nurse"), (None, "honest"), images=2)
    found = tallies(study, counted(study), "adjective")
    assert [one.cell for one in found] == [
        Cell("model-a", ALL, None),
        Cell("model-a", ALL, "honest"),
    ]
    assert [one.missing for one in found] == [4, 4]


def test_a_single_word_keeps_its_name_when_it_is_all_there_is() -> None:
    study = ask(("author",), (None, "honest"))
    by_adjective = tallies(study, counted(study), "adjective")
    assert [one.cell for one in by_adjective] == [
        Cell("model-a", "author", None),
        Cell("model-a", "author", "honest"),
    ]
    study = ask(("author",), (None,))
    by_profession = tallies(study, counted(study), "profession")
    assert [one.cell for one in by_profession] == [Cell("model-a", "author", None)]


def test_no_adjective_and_all_adjectives_are_told_apart() -> None:
    assert Cell("m", "author", None) != Cell("m", "author", ALL)


def reasons(*given: str | None) -> tuple[tuple[str, int], ...]:
    study = ask(images=len(given))
    (text,) = [prompt.text for prompt in study.prompts]
    answers = {
        "gender": {text: Counter[tuple[str | None, str | None]]((None, why) for why in given)}
    }
    counts = Counts({text: Counter({None: len(given)})}, answers)
    (found,) = tallies(study, counts, "cell")
    assert found.abstained == len(given)
    return found.reasons


def test_the_commonest_reason_comes_first_and_alike_ones_by_name() -> None:
    assert reasons("unsure", "no score", "grey image", "unsure", "grey image") == (
        ("grey image", 2),
        ("unsure", 2),
        ("no score", 1),
    )


def test_no_answer_without_a_reason_is_told_as_such() -> None:
    assert reasons(None) == ((NO_REASON, 1),)


def test_tallies_counted_together_lose_nothing() -> None:
    one = Tally(
        Cell("m", "author", None), GENDER, (1, 2), 3, 4, 5, 0.8, 6, (("unsure", 2), ("grey", 1))
    )
    other = replace(one, cell=Cell("m", "nurse", None), reasons=(("grey", 3),))
    found = pooled(Cell("m", ALL, None), [one, other], one)
    assert found == Tally(
        Cell("m", ALL, None), GENDER, (2, 4), 6, 8, 10, 0.8, 12, (("grey", 4), ("unsure", 2))
    )


def test_the_level_of_the_intervals_may_be_chosen() -> None:
    study = ask(images=1, level=0.9)
    (found,) = tallies(study, counted(study, "feminine"), "cell")
    share = found.share("feminine")
    assert share is not None
    assert share.level == 0.9


def test_an_unknown_label_names_the_nearest() -> None:
    found = Tally(Cell("m", "author", None), GENDER, (1, 2))
    with pytest.raises(UnknownName, match=r"'femnine'\. Did you mean 'feminine'\?"):
        found.share("femnine")


def test_a_perception_with_an_undeclared_label_is_refused_and_not_dropped() -> None:
    study = ask(images=1)
    with pytest.raises(UnknownName, match="'woman'"):
        tallies(study, counted(study, "woman"), "cell")
