import inspect
import math
import re

import pytest

from explorer.errors import OutOfRange
from explorer.findings import plans
from explorer.findings.plans import PRESETS, Size, plan, plan_rows, plan_sentences
from explorer.statistics.confusion import Confusion
from explorer.statistics.power import half_width, inflation

GOOD = Confusion(((95, 5), (5, 95), (0, 0)), "human")
WORSE = Confusion(((90, 10), (10, 90), (25, 25)), "human")
WEAK = Confusion(((60, 40), (40, 60), (0, 0)), "human")


def test_ten_points_need_388_images_of_each_model() -> None:
    found = plan(10)
    assert (found.needed, found.against_reference, found.inflation) == (388, 194, 1)


def test_known_errors_ask_for_more() -> None:
    found = plan(10, [GOOD])
    assert found.inflation == pytest.approx(1 / 0.9**2)
    assert found.needed == math.ceil(388 / 0.81)


def test_the_worst_instrument_counts_with_what_it_leaves_unclear() -> None:
    assert plan(10, [GOOD, WORSE]).inflation == pytest.approx(inflation(0.8, abstention=0.2))


def test_an_instrument_that_nearly_guesses_is_refused() -> None:
    with pytest.raises(OutOfRange, match="Instrument too weak"):
        plan(10, [WEAK])


@pytest.mark.parametrize("points", [0, -1, 50.1, math.nan, math.inf])
def test_a_difference_beyond_its_limits_is_quoted(points: float) -> None:
    with pytest.raises(OutOfRange, match=re.escape(repr(points))):
        plan(points)


def test_the_presets_tell_what_they_are_for() -> None:
    rows = {row["study"]: row for row in plan_rows(plan(10), PRESETS)}
    assert [row["model_images"] for row in rows.values()] == [120, 3_000, 30_000, 31_500, 63_000]
    assert rows["smoke"]["half_width_cell"] is None
    assert rows["audit"]["half_width_profession"] == half_width(200)
    assert [name for name, row in rows.items() if row["enough"]] == ["powered"]
    assert rows["audit with adjectives"]["least_difference"] == pytest.approx(0.137, abs=5e-4)


def test_errors_widen_what_a_study_tells() -> None:
    size = Size("mine", 2, 1, 100)
    (plain,), (corrected,) = plan_rows(plan(10), [size]), plan_rows(plan(10, [GOOD]), [size])
    assert corrected["half_width_profession"] == half_width(81)
    assert corrected["least_difference"] > plain["least_difference"]  # type: ignore[operator]


def test_the_sentences_tell_what_is_needed_and_what_will_be_known() -> None:
    assert list(plan_sentences(plan(10), Size("mine", 150, 21, 9))) == [
        (
            "With 388 images of each, two models that differ by 10 points (50% and 40%) are told "
            "apart 80% of the time, with 5% false alarms; one model and a reference need 194."
        ),
        "The instrument's errors are unknown; allowing for them would need more images.",
        (
            "Precision of a share near 50% with the images of this study, at 95% confidence: no "
            "percentage for one profession with one adjective (n = 9), \N{PLUS-MINUS SIGN}7.1 "
            "points for one profession (n = 189), \N{PLUS-MINUS SIGN}0.6 points for the model "
            "(n = 28350)."
        ),
        "Precision is lower where the images of one prompt are very similar.",
    ]
    assert "a factor of 1.23" in list(plan_sentences(plan(10, [GOOD]), PRESETS[0]))[1]


def test_the_docstring_tells_every_column() -> None:
    told = (inspect.getdoc(plans.plan_rows) or "").partition("Columns:")[2]
    (row,) = plan_rows(plan(10), PRESETS[:1])
    assert set(row) <= set(re.findall(r"\w+", told))
