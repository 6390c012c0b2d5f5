import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from explorer.statistics.confusion import Confusion
from explorer.statistics.correction import (
    METHOD,
    Corrected,
    Correction,
    correct,
    difference,
    interval_of_draws,
    mean,
    p_of_draws,
)
from explorer.statistics.intervals import Interval
from tests.statistics.closed_forms import lang_reiczigel, rogan_gladen

FEW = 2_000
GOOD = Confusion(((190, 6), (10, 194)), "human")
GOOD_YOUDEN = 190 / 200 + 194 / 200 - 1
WEAK = Confusion(((70, 40), (30, 60)), "human")
TONES = Confusion(((92, 5, 10), (5, 90, 10), (3, 5, 80)), "human")


def first(correction: Correction, row: int = 0) -> Interval:
    shares = correction.shares[row]
    assert shares is not None
    return shares.intervals[0]


@pytest.mark.parametrize(
    ("tally", "confusion", "estimate", "low", "high"),
    [
        # Another program of the same method; Lang and Reiczigel's formula gives .6228-.8907 and
        # 0-.0773.
        ((37, 13), GOOD, 0.7717, 0.627, 0.893),
        ((12, 188), Confusion(((140, 6), (10, 144)), "human"), 0.0224, 0.0, 0.073),
    ],
)
def test_a_corrected_share_has_the_known_limits(
    tally: tuple[int, int], confusion: Confusion, estimate: float, low: float, high: float
) -> None:
    interval = first(correct([tally], confusion))
    assert interval.estimate == pytest.approx(estimate, abs=5e-5)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.004)
    assert (interval.level, interval.method) == (0.95, METHOD)


@settings(max_examples=30)
@given(st.integers(0, 200), st.integers(130, 150), st.integers(130, 150))
def test_the_estimate_is_rogan_and_gladens_and_the_limits_are_near_another_formula(
    count: int, hits: int, rejections: int
) -> None:
    confusion = Confusion(((hits, 150 - rejections), (150 - hits, rejections)), "human")
    interval = first(correct([(count, 200 - count)], confusion, FEW))
    other = lang_reiczigel(count, 200, confusion)
    assert other is not None
    assert interval.estimate == pytest.approx(
        rogan_gladen(count / 200, hits / 150, rejections / 150), abs=1e-9
    )
    assert (interval.low, interval.high) == pytest.approx((other.low, other.high), abs=0.03)


def test_a_perfect_instrument_gives_jeffreys_interval() -> None:
    perfect = Confusion(((10**9, 0), (0, 10**9)), "prompt")
    interval = first(correct([(8, 12)], perfect, 40_000))
    low, high = beta.ppf([0.025, 0.975], 8.5, 12.5)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.006)


def test_three_classes_are_corrected_together() -> None:
    shares = correct([(550, 350, 100)], TONES, FEW).shares[0]
    assert shares is not None
    estimates = [interval.estimate for interval in shares.intervals]
    assert estimates == pytest.approx([0.57000765, 0.34812548, 0.08186687], abs=1e-8)
    assert all(0 <= each.low <= each.estimate <= each.high <= 1 for each in shares.intervals)


def test_abstentions_carry_information() -> None:
    # Only images of the second class are ever unclear.
    confusion = Confusion(((98, 1), (2, 49), (0, 50)), "human")
    few, many = correct([(50, 50, 0), (50, 0, 50)], confusion, FEW).shares
    assert few is not None
    assert many is not None
    assert many.intervals[0].estimate == pytest.approx(0.5, abs=0.02)
    assert few.intervals[0].estimate > many.intervals[0].estimate


@settings(max_examples=20)
@given(
    st.lists(st.tuples(*[st.integers(0, 60)] * 3).filter(any), min_size=1, max_size=4),
    st.sampled_from([0.8, 0.95]),
)
def test_shares_lie_in_their_intervals_and_draws_on_the_simplex(
    tallies: list[tuple[int, int, int]], level: float
) -> None:
    correction = correct(tallies, TONES, 200, level)
    assert correction.draws.shape == (len(tallies), 200, 3)
    assert correction.draws.sum(-1) == pytest.approx(np.ones((len(tallies), 200)), abs=1e-6)
    for shares in correction.shares:
        assert shares is not None
        assert sum(each.estimate for each in shares.intervals) == pytest.approx(1)
        assert all(0 <= each.low <= each.estimate <= each.high <= 1 for each in shares.intervals)


def test_the_same_seed_gives_the_same_draws_with_or_without_other_tallies() -> None:
    alone = correct([(37, 13)], GOOD, FEW, seed=3)
    beside = correct([(37, 13), (5, 5)], GOOD, FEW, seed=3)
    assert (alone.draws[0] == beside.draws[0]).all()
    assert (correct([(37, 13)], GOOD, FEW, seed=4).draws != alone.draws).any()


def test_a_tally_has_the_same_draws_alone_at_its_place_as_among_all() -> None:
    among = correct([(30, 20), (25, 25), (10, 40)], GOOD, FEW, seed=7)
    alone = correct([(25, 25), (10, 40)], GOOD, FEW, seed=7, rows=(1, 2))
    assert (alone.shares, alone.rows) == (among.shares[1:], among.rows[1:])
    assert (alone.draws == among.draws[1:]).all()


def test_tallies_share_the_errors_of_their_instrument() -> None:
    # In large tallies only the instrument varies, so two tallies vary together.
    one, two = correct([(500_000, 500_000), (500_000, 500_000)], GOOD, FEW).draws[..., 0]
    assert np.corrcoef(one, two)[0, 1] > 0.99
    # With a well-known instrument only the tallies vary, independently of each other.
    sure = Confusion(((10**8, 10**6), (10**6, 10**8)), "human")
    one, two = correct([(50, 50), (50, 50)], sure, FEW).draws[..., 0]
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.1


def test_no_images_give_no_share() -> None:
    correction = correct([(0, 0), (3, 9)], GOOD, FEW)
    assert correction.shares[0] is None
    assert correction.shares[1] is not None
    assert np.isnan(correction.draws[0]).all()
    assert mean(correction).shares == (None,)
    assert difference(correction.part(0, 1), correction.part(1, 2)) == (None,)
    assert correct([], GOOD, FEW).shares == ()


def test_a_weak_instrument_is_refused_with_its_number() -> None:
    correction = correct([(3, 9), (4, 4)], WEAK, FEW)
    assert correction.shares == (None, None)
    assert correction.refusal is not None
    assert "is 0.30, below 0.4" in correction.refusal
    assert mean(correction).shares == (None,)
    assert mean(correction).refusal == correction.refusal
    assert difference(correction, correct([(3, 9), (4, 4)], GOOD, FEW, seed=1)) == (None, None)


def test_a_tally_that_does_not_fit_the_instrument_has_a_warning() -> None:
    # Of 100 images without the class, 5 should have been predicted.
    confusion = Confusion(((95, 5), (5, 95)), "human")
    none, half = correct([(0, 200), (100, 100)], confusion, FEW).shares
    assert none is not None
    assert none.clipped > 0.9
    assert none.warning is not None
    assert "annotate some of them" in none.warning
    assert half is not None
    assert (half.clipped, half.warning) == (0, None)
    assert Corrected((), 0.2).warning is None


@pytest.mark.parametrize("counts", [(0, 200), (200, 0)])
def test_an_instrument_that_errs_less_than_before_gives_an_interval_of_the_images_alone(
    counts: tuple[int, int],
) -> None:
    # When it was examined it mistook a tenth of each class for the other: all draws are clipped.
    confusion = Confusion(((1350, 150), (150, 1350)), "human")
    (shares,) = correct([counts], confusion, 40_000).shares
    assert shares is not None
    none, every = shares.intervals if counts[0] == 0 else shares.intervals[::-1]
    assert (none.low, every.high) == (0, 1)
    upper = beta.ppf(0.975, 0.5, 200.5)
    assert none.high == pytest.approx(upper, rel=0.05)
    assert every.low == pytest.approx(1 - upper, rel=0.001)


def test_two_tallies_at_an_end_of_the_scale_can_still_differ() -> None:
    confusion = Confusion(((1350, 150), (150, 1350)), "human")
    correction = correct([(0, 200), (0, 200)], confusion, FEW)
    (apart,) = difference(correction.part(0, 1), correction.part(1, 2))
    assert apart is not None
    assert apart[0].low < 0 < apart[0].high
    assert apart[0].low == pytest.approx(-apart[0].high, rel=0.3)
    # So few images do not prove that the share is below one in a thousand.
    assert p_of_draws(correction.draws[0, :, 0], 0.001) > 0.5


@pytest.mark.parametrize("tally", [(3,), (3, 9, 1), (-1, 9)])
def test_a_tally_of_another_shape_is_refused(tally: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="must have 2 counts of 0 or more"):
        correct([tally], GOOD, FEW)


def test_draws_give_an_interval_around_any_estimate() -> None:
    draws = np.linspace(0.1, 0.3, 1001)
    interval = interval_of_draws(0.2, draws, 0.9)
    assert (interval.low, interval.high) == pytest.approx((0.11, 0.29))
    assert (interval.estimate, interval.level, interval.method) == (0.2, 0.9, METHOD)
    assert interval_of_draws(0.0, draws, 0.9).low == 0
    assert interval_of_draws(0.5, draws, 0.9).high == 0.5


def test_with_one_instrument_a_difference_is_the_raw_one_widened_by_youdens_index() -> None:
    # Rogan and Gladen 1978: the specificity drops out of a difference.
    both = correct([(120, 80), (90, 110)], GOOD, FEW)
    interval = difference(both.part(0, 1), both.part(1, 2))[0]
    assert interval is not None
    assert interval[0].estimate == pytest.approx((0.6 - 0.45) / GOOD_YOUDEN)
    assert interval[0].low < interval[0].estimate < interval[0].high
    assert (interval[0].low, interval[0].high) == pytest.approx(
        (-interval[1].high, -interval[1].low), abs=1e-6
    )


def test_sharing_an_instrument_narrows_the_interval_of_a_difference() -> None:
    small = Confusion(((28, 2), (2, 28)), "human")
    both = correct([(1000, 1000), (1200, 800)], small, FEW)
    shared = difference(both.part(0, 1), both.part(1, 2))[0]
    other = correct([(1200, 800)], small, FEW, seed=1)
    apart = difference(both.part(0, 1), other)[0]
    assert shared is not None
    assert apart is not None
    assert shared[0].high - shared[0].low < apart[0].high - apart[0].low


def test_two_instruments_need_two_seeds() -> None:
    one = correct([(37, 13)], GOOD, FEW)
    with pytest.raises(ValueError, match="with the seed 0: use another seed"):
        difference(one, correct([(30, 20)], Confusion(((95, 5), (5, 95)), "human"), FEW))
    with pytest.raises(ValueError, match="with the seed 0: use another seed"):
        difference(one, one)
    with pytest.raises(ValueError, match="must be the same shape"):
        difference(one, correct([(30, 20)], GOOD, 100, seed=1))


def test_the_mean_of_tallies_of_one_size_is_the_share_of_all_images() -> None:
    tallies = [(20, 30), (45, 5), (10, 40)]
    together = first(mean(correct(tallies, GOOD, 20_000)))
    assert together.estimate == pytest.approx(
        rogan_gladen(75 / 150, 190 / 200, 194 / 200), abs=1e-9
    )
    pooled = first(correct([(75, 75)], GOOD, 20_000))
    # Variation between tallies does not add to the noise of their mean.
    assert pooled.low < together.low < together.high < pooled.high


def test_the_mean_weights_all_tallies_equally() -> None:
    perfect = Confusion(((10**6, 0), (0, 10**6)), "human")
    assert first(mean(correct([(1, 3), (300, 100)], perfect, FEW))).estimate == pytest.approx(0.5)


def test_a_mean_has_no_mean() -> None:
    with pytest.raises(ValueError, match="is a mean already"):
        mean(mean(correct([(1, 3), (300, 100)], GOOD, FEW)))


def test_prior_counts_and_clipping_do_not_accumulate_in_the_mean() -> None:
    nobody = correct([(0, 4)] * 100, Confusion(((150, 0), (0, 150)), "human"), FEW)
    assert nobody.draws[..., 0].mean() > 0.05
    interval = first(mean(nobody))
    assert interval.estimate == 0
    assert interval.high < 0.03


def test_the_error_of_the_instrument_does_not_average_out() -> None:
    small = Confusion(((28, 2), (2, 28)), "human")
    one = first(correct([(10_000, 10_000)], small, FEW))
    many = first(mean(correct([(10_000, 10_000)] * 50, small, FEW)))
    assert many.high - many.low == pytest.approx(one.high - one.low, rel=0.05)


def test_means_are_compared_like_single_tallies() -> None:
    both = correct([(40, 10), (30, 20), (20, 30), (10, 40)], GOOD, FEW)
    interval = difference(mean(both.part(0, 2)), mean(both.part(2, 4)))[0]
    assert interval is not None
    assert interval[0].estimate == pytest.approx(0.4 / GOOD_YOUDEN)
    assert interval[0].low > 0


def test_p_is_that_of_the_widest_interval_that_excludes_the_value() -> None:
    draws = np.linspace(0, 1, 1_001)
    assert p_of_draws(draws, 0.5) == 1
    assert p_of_draws(draws, 0.025) == pytest.approx(0.05, abs=0.005)
    assert p_of_draws(draws, 0.975) == pytest.approx(0.05, abs=0.005)
    assert p_of_draws(draws, 2.0) == pytest.approx(2 / 1_002)


def test_equal_weights_change_no_draw() -> None:
    plain = correct([(40, 60)], GOOD, FEW)
    doubled = correct([(40, 60)], Confusion(GOOD.counts, "human", ((2.0, 2.0), (2.0, 2.0))), FEW)
    assert doubled.draws == pytest.approx(plain.draws, abs=1e-5)


def test_a_sample_taken_by_answer_covers_the_truth_with_weights_and_misses_it_without() -> None:
    """One image in twenty is of the first class; 100 images of each answer are annotated."""
    random = np.random.default_rng(0)
    errors = np.array([[0.85, 0.04], [0.15, 0.96]])
    runs, held = 60, {True: 0, False: 0}
    for run in range(runs):
        truths = (random.random(2_000) >= 0.05).astype(int)
        answers = (random.random(2_000) > errors[0, truths]).astype(int)
        picked = [random.permutation(np.flatnonzero(answers == one))[:100] for one in (0, 1)]
        counts = tuple(tuple(np.bincount(truths[one], minlength=2).tolist()) for one in picked)
        weights = tuple((float((answers == one).sum() / 100),) * 2 for one in (0, 1))
        (tally,) = random.multinomial(210, errors @ [0.1, 0.9], size=1).tolist()
        for weighted in held:
            confusion = Confusion(counts, "human", weights if weighted else ())
            share = first(correct([tally], confusion, 1_000, seed=run))
            held[weighted] += share.low <= 0.1 <= share.high
    assert held[True] >= 0.93 * runs
    assert held[False] < 0.5 * runs
