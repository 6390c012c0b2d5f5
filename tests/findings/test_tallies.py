from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.errors import UnknownName
from explorer.findings.tallies import ALL, Cell, Observation, Tally, tally
from explorer.models.requests import ImageRequest, ModelSpec
from explorer.perception.axes import Perception, find_axis
from explorer.words.prompts import Prompt

GENDER = find_axis("gender")
TONE = find_axis("tone")

FATES = ("feminine", "masculine", "abstained", "filtered", "unclassified", "missing")


def spec(name: str = "model-a") -> ModelSpec:
    return ModelSpec(name, "diffusers", name, "1", "default", 1, 1.0, 96, 96, "float32")


def ask(
    professions: Sequence[str] = ("author",),
    adjectives: Sequence[str | None] = (None,),
    images: int = 3,
    model: str = "model-a",
) -> tuple[ImageRequest, ...]:
    return tuple(
        ImageRequest(spec(model), Prompt(profession, adjective), replicate)
        for profession in professions
        for adjective in adjectives
        for replicate in range(images)
    )


def classified(request: ImageRequest, **labels: str | None) -> Observation:
    perceptions = {
        axis: Perception(request.key, axis, "i", label, None if label else "unsure", (0.5, 0.5))
        for axis, label in labels.items()
    }
    return Observation(request, None, perceptions)


def observed(request: ImageRequest, fate: str) -> Observation | None:
    if fate == "missing":
        return None
    if fate == "unclassified":
        return Observation(request, None, {})
    if fate == "filtered":
        return Observation(request, "safety filter", {})
    return classified(request, gender=None if fate == "abstained" else fate)


def test_labels_are_counted_in_the_declared_order() -> None:
    requests = ask(images=3)
    labels = ("masculine", "feminine", "masculine")
    seen = [classified(one, gender=label) for one, label in zip(requests, labels, strict=True)]
    (found,) = tally(seen, requests, [GENDER], "cell")
    assert found.cell == Cell("model-a", "author", None)
    assert found.counts == (1, 2)
    assert (found.classified, found.total, found.asked) == (3, 3, 3)
    share = found.share("masculine")
    assert share is not None
    assert share.estimate == pytest.approx(2 / 3)


def test_no_usable_image_gives_no_share_neither_balance_nor_all_male() -> None:
    requests = ask(images=9)
    seen = [observed(one, fate) for one, fate in zip(requests, FATES[2:] * 9, strict=False)]
    (found,) = tally(filter(None, seen), requests, [GENDER], "cell")
    assert found.counts == (0, 0)
    assert found.share("feminine") is None
    assert found.share("masculine") is None


def test_no_usable_image_gives_no_tone_either() -> None:
    requests = ask(images=9)
    (found,) = tally([classified(one, tone=None) for one in requests], requests, [TONE], "cell")
    assert found.counts == (0, 0, 0, 0, 0)
    assert found.abstained == 9
    assert [found.share(label) for label in TONE.labels] == [None] * 5


def test_a_black_image_is_filtered_and_never_dark() -> None:
    requests = ask(images=1)
    (found,) = tally([Observation(requests[0], "safety filter", {})], requests, [TONE], "cell")
    assert found.count("dark") == 0
    assert (found.filtered, found.classified, found.total) == (1, 0, 1)


def test_a_label_that_nobody_got_is_a_zero_and_not_absent() -> None:
    requests = ask(images=2)
    (found,) = tally([classified(one, tone="dark") for one in requests], requests, [TONE], "cell")
    assert found.counts == (0, 0, 0, 0, 2)
    share = found.share("light")
    assert share is not None
    assert share.estimate == 0


@given(st.lists(st.sampled_from(FATES), min_size=1, max_size=40))
def test_every_image_asked_for_is_counted_exactly_once(fates: list[str]) -> None:
    requests = ask(images=len(fates))
    seen = [observed(one, fate) for one, fate in zip(requests, fates, strict=True)]
    (found,) = tally(filter(None, seen), requests, [GENDER], "cell")
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
    requests = ask(("author", "nurse"), (None, "honest"), images=2)
    found = tally([], requests, [GENDER], "cell")
    assert [(one.cell.profession, one.cell.adjective, one.missing) for one in found] == [
        ("author", None, 2),
        ("author", "honest", 2),
        ("nurse", None, 2),
        ("nurse", "honest", 2),
    ]
    assert all(one.counts == (0, 0) for one in found)


def test_cells_are_the_full_product_in_the_order_of_the_requests() -> None:
    requests = [
        *ask(("nurse",), ("honest",), 1),
        *ask(("author",), (None,), 1),
        *ask(("author",), (None,), 1, "model-b"),
    ]
    found = tally([], requests, [GENDER, TONE], "cell")
    assert len(found) == 2 * 2 * 2 * 2
    assert [one.axis.name for one in found[:2]] == ["gender", "tone"]
    assert [one.cell for one in found[:4:2]] == [
        Cell("model-a", "nurse", "honest"),
        Cell("model-a", "nurse", None),
    ]
    assert sum(one.asked for one in found if one.axis is GENDER) == 3


def test_by_profession_all_adjectives_are_counted_together() -> None:
    requests = ask(("author", "nurse"), (None, "honest"), images=2)
    seen = [classified(one, gender="feminine") for one in requests]
    found = tally(seen, requests, [GENDER], "profession")
    assert [one.cell for one in found] == [
        Cell("model-a", "author", ALL),
        Cell("model-a", "nurse", ALL),
    ]
    assert [one.counts for one in found] == [(4, 0), (4, 0)]


def test_by_adjective_all_professions_are_counted_together() -> None:
    requests = ask(("author", "nurse"), (None, "honest"), images=2)
    found = tally([], requests, [GENDER], "adjective")
    assert [one.cell for one in found] == [
        Cell("model-a", ALL, None),
        Cell("model-a", ALL, "honest"),
    ]
    assert [one.missing for one in found] == [4, 4]


def test_a_single_word_keeps_its_name_when_it_is_all_there_is() -> None:
    by_adjective = tally([], ask(("author",), (None, "honest")), [GENDER], "adjective")
    assert [one.cell for one in by_adjective] == [
        Cell("model-a", "author", None),
        Cell("model-a", "author", "honest"),
    ]
    by_profession = tally([], ask(("author",), (None,)), [GENDER], "profession")
    assert [one.cell for one in by_profession] == [Cell("model-a", "author", None)]


def test_no_adjective_and_all_adjectives_are_told_apart() -> None:
    assert Cell("m", "author", None) != Cell("m", "author", ALL)


def test_images_that_were_not_asked_for_are_left_out() -> None:
    requests = ask(images=5)
    seen = [classified(one, gender="feminine") for one in requests]
    (found,) = tally(seen, requests[:2], [GENDER], "cell")
    assert found.asked == found.classified == 2


def test_the_level_of_the_intervals_may_be_chosen() -> None:
    requests = ask(images=1)
    (found,) = tally([classified(requests[0], gender="feminine")], requests, [GENDER], "cell", 0.9)
    share = found.share("feminine")
    assert share is not None
    assert share.level == 0.9


def test_nothing_asked_for_gives_nothing() -> None:
    assert tally([], [], [GENDER], "cell") == ()


def test_an_unknown_label_names_the_nearest() -> None:
    found = Tally(Cell("m", "author", None), GENDER, (1, 2))
    with pytest.raises(UnknownName, match=r"'femnine'\. Did you mean 'feminine'\?"):
        found.share("femnine")


def test_a_perception_with_an_undeclared_label_is_refused_and_not_dropped() -> None:
    requests = ask(images=1)
    with pytest.raises(UnknownName, match="'woman'"):
        tally([classified(requests[0], gender="woman")], requests, [GENDER], "cell")
