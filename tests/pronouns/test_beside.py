import math

import pytest

from explorer.models.catalog import find_model
from explorer.perception.axes import GENDER, find_axis
from explorer.pronouns.beside import (
    Beside,
    ImageShare,
    beside,
    image_shares,
    like_images,
    like_references,
)
from explorer.pronouns.probe import Lean
from explorer.pronouns.scores import Score
from explorer.statistics.intervals import Interval, wilson
from explorer.store.index import Store
from explorer.study import Study, run
from explorer.words.references import labour_references
from tests.fakes import FakeClassifier, FakeGenerator

YEAR = 2023


def lean(profession: str, log_odds: float) -> Lean:
    return Lean(profession, (Score("t", profession, (log_odds, 0.0, -1.0), None, 0.9),))


def twice_the_labour_statistic() -> tuple[Beside, ...]:
    known = labour_references(YEAR)
    odds = {name: 2 * math.log(one.share / (1 - one.share)) for name, one in known.items()}
    return beside([lean(name, value) for name, value in odds.items()], YEAR, {})


def share(count: int, total: int) -> ImageShare:
    found = wilson(count, total)
    assert isinstance(found, Interval)
    return ImageShare(found, total)


def test_slope_and_correlation_are_those_of_the_log_odds() -> None:
    found = like_references(twice_the_labour_statistic())
    assert found.slope is not None
    assert found.correlation is not None
    assert found.slope.slope.estimate == pytest.approx(2)
    assert found.correlation.estimate == pytest.approx(1)


def test_statistics_that_fit_the_word_roughly_do_not_count() -> None:
    rows = twice_the_labour_statistic()
    trusted = [row for row in rows if row.reference and row.reference.trusted]
    assert like_references(rows).professions == len(trusted) < len(rows)


def test_a_few_professions_have_no_slope() -> None:
    found = like_references(twice_the_labour_statistic()[:4])
    assert (found.slope, found.correlation) == (None, None)


def test_images_that_are_all_alike_still_have_log_odds() -> None:
    assert share(0, 20).log_odds == pytest.approx(math.log(0.5 / 20.5))
    assert share(20, 20).log_odds == -share(0, 20).log_odds
    rows = [Beside(lean(str(n), float(n)), None, share(n, 20)) for n in range(21)]
    found = like_images(rows).correlation
    assert found is not None
    assert found.estimate > 0.95


def test_shares_are_counted_over_all_stored_images(store: Store) -> None:
    card = find_model("emoji-skewed", "cpu")
    study = Study((card,), ("nurse", "author"), (None, "honest"), 8, (find_axis(GENDER),))
    for _ in run(study, store, lambda _: FakeGenerator(), FakeClassifier):
        pass
    found = image_shares(card, ("nurse", "author", "judge"), store)
    assert found.keys() <= {"nurse", "author"}
    assert all(10 <= one.classified <= 16 for one in found.values())
    assert found
