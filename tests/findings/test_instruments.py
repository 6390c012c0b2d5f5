import inspect
import re
from collections.abc import Sequence

import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from explorer.findings.instruments import (
    Pair,
    agreement_rows,
    agreement_sentences,
    pairs,
)
from explorer.findings.tallies import ALL
from explorer.models.requests import ImageRequest
from explorer.perception.axes import Axis, Perception, find_axis
from explorer.perception.instruments import Instrument
from explorer.store.observations import Observation
from explorer.words.prompts import Prompt
from tests.fakes import FAKE_CLIP, fake_card

GENDER, TONE, PIXEL_TONE = map(find_axis, ("gender", "tone", "pixel-tone"))
WORDS = list(TONE.labels)
BINS = ["light", "light", "medium", "medium", "deep"]


def seen(
    axis: Axis, labels: Sequence[str | None], professions: tuple[str, ...] = ("author",)
) -> list[Observation]:
    """Return one image for each label, shared out among the professions; "-" is not classified."""
    found = []
    for place, label in enumerate(labels):
        profession = professions[place % len(professions)]
        request = ImageRequest(fake_card().spec, Prompt(profession), place)
        told = Perception(request.key, axis.name, Instrument.of(FAKE_CLIP, axis), label, None, ())
        found.append(Observation(request, None, {} if label == "-" else {axis.name: told}))
    return found


def pair(
    left: Sequence[str | None],
    right: Sequence[str | None],
    axes: tuple[Axis, Axis] = (TONE, PIXEL_TONE),
) -> Pair:
    (found,) = pairs(seen(axes[0], left), seen(axes[1], right), axes, ("clip", "pixels"))
    return found


def test_five_tone_words_are_compared_in_three_bins() -> None:
    found = pair([*WORDS, *WORDS], [*BINS, *BINS])
    assert found.table == ((4, 0, 0), (0, 4, 0), (0, 0, 2))
    assert (found.both, found.same) == (10, 10)
    assert found.kappa.value == pytest.approx(1)


def test_a_miss_by_two_bins_weighs_more_than_one_by_one() -> None:
    near = pair(WORDS * 2, [*BINS, "medium", *BINS[1:]])
    far = pair(WORDS * 2, [*BINS, "deep", *BINS[1:]])
    assert near.same == far.same == 9
    assert near.kappa.value is not None
    assert far.kappa.value is not None
    assert near.kappa.value > far.kappa.value
    assert far.kappa.value == pytest.approx(
        cohens_kappa([list(row) for row in far.table], wt="quadratic", return_results=False)
    )


def test_images_that_one_or_none_answered_stay_in_view() -> None:
    left: list[str | None] = ["light", None, "dark", None, "-", "dark"]
    right: list[str | None] = ["light", "deep", None, None, "deep", "-"]
    found = pair(left, right)
    counts = (found.both, found.left_only, found.right_only, found.neither, found.unclassified)
    assert counts == (1, 1, 1, 1, 2)


def test_two_classifiers_are_compared_on_the_same_labels() -> None:
    found = pair(["feminine"] * 8 + ["masculine"] * 4, ["feminine"] * 12, (GENDER, GENDER))
    assert found.table == ((8, 0), (4, 0))
    assert found.kappa.value == pytest.approx(0)
    assert found.ac1.value is not None
    assert found.ac1.value > 0


def test_different_questions_are_never_compared() -> None:
    with pytest.raises(ValueError, match="no labels in common"):
        pair(["feminine"], ["light"], (GENDER, PIXEL_TONE))


def test_few_images_have_counts_and_no_kappa() -> None:
    found = pair(["light"] * 9, ["light"] * 9)
    (row,) = agreement_rows([found])
    assert (row["both"], row["same"], row["same_share"], row["kappa"]) == (9, 9, None, None)
    assert row["agreement_note"] == "fewer than 10 images have an answer from both"
    (told,) = agreement_sentences([found])
    assert "%" not in told
    assert "9 of 9" in told


def test_images_that_are_all_alike_have_no_kappa_and_say_why() -> None:
    (row,) = agreement_rows([pair(["light"] * 12, ["light"] * 12)])
    assert row["kappa"] is None
    assert "same label" in str(row["agreement_note"])


def test_each_profession_and_all_of_them_have_a_row_of_their_own() -> None:
    words: list[str | None] = [*WORDS, *WORDS]
    both = (
        seen(TONE, words, ("author", "nurse")),
        seen(PIXEL_TONE, [*BINS * 2], ("author", "nurse")),
    )
    found = pairs(*both, (TONE, PIXEL_TONE), ("clip", "pixels"))
    assert [one.cell.profession for one in found] == [ALL, "author", "nurse"]
    assert [one.both for one in found] == [10, 5, 5]


def test_sentences_tell_the_share_and_what_is_beyond_chance() -> None:
    (told,) = agreement_sentences([pair(WORDS * 2, [*BINS, "medium", *BINS[1:]])])
    assert "9 (90%) got the same label; weighted kappa 0.9" in told


def test_the_docstring_tells_every_column() -> None:
    (row,) = agreement_rows([pair(WORDS * 2, BINS * 2)])
    told = set(re.findall(r"[\w-]+", inspect.getdoc(agreement_rows) or ""))
    assert {name for name in row if not name.startswith("n_")} <= told
    assert "n_light_medium" in told
