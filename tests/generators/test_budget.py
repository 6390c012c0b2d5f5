import pytest

from explorer.errors import CostLimitReached, InvalidData
from explorer.generators.budget import Budget, Spent, dollars


def test_as_many_images_fit_as_the_limit_pays_for() -> None:
    budget = Budget(0.3)
    for _ in range(3):
        budget.spend(0.1)
    with pytest.raises(CostLimitReached, match=r"\$0\.30"):
        budget.spend(0.1)
    assert budget.spent == Spent(0.3, 3)


def test_what_is_taken_back_leaves_no_trace() -> None:
    budget = Budget(1)
    for price in (0.053, 0.04, 0.0032):
        budget.spend(price)
    for price in (0.04, 0.0032, 0.053):
        budget.take_back(price)
    assert budget.spent == Spent(0.0, 0)
    assert dollars(budget.spent.usd) == "$0.00"


def test_without_a_limit_only_what_is_free_is_allowed() -> None:
    budget = Budget()
    budget.require("free", 0)
    budget.spend(0)
    with pytest.raises(InvalidData, match="--max-cost"):
        budget.require("dear", 0.04)
    with pytest.raises(CostLimitReached):
        budget.spend(0.04)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (7.943, "$7.94"),
        (1234.5, "$1,234.50"),
        (0.5, "$0.50"),
        (0.053, "$0.053"),
        (0.0032, "$0.0032"),
        (0.000032, "$0.000032"),
        (0.00003, "$0.00003"),
        (0.99999, "$1.00"),
        (0.0, "$0.00"),
    ],
)
def test_an_amount_has_cents_and_no_digits_that_say_nothing(amount: float, told: str) -> None:
    assert dollars(amount) == told
