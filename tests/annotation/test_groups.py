"""Groups of annotators: who belongs to one, and where it is divided."""

from explorer.annotation.groups import agreed, divided, members, of_group, signed
from tests.annotation.toys import FEMININE, MASCULINE, annotations

SAID = annotations(
    {
        signed("7b", "Ada"): [FEMININE, FEMININE, MASCULINE],
        signed("7b", "Ben"): [FEMININE, MASCULINE, FEMININE],
        signed("7b", "Cleo"): [FEMININE, FEMININE],
        signed("7bis", "Dora"): [MASCULINE, MASCULINE],
        "Eve": [MASCULINE],
    }
)


def test_a_group_has_its_own_members_and_no_others() -> None:
    assert [(one.name, one.done) for one in members(SAID, "7b")] == [
        *(("Ada", 3), ("Ben", 3), ("Cleo", 2))
    ]
    assert len(of_group(SAID, "")) == len(SAID)


def test_the_most_divided_images_come_first() -> None:
    of_class = of_group(SAID, "7b")
    assert [(one.image, one.said) for one in divided(of_class, 5)] == [
        ("2", {MASCULINE: 1, FEMININE: 1}),
        ("1", {FEMININE: 2, MASCULINE: 1}),
    ]
    assert len(divided(of_class, 1)) == 1


def test_agreement_counts_only_images_with_a_label_on_both_sides() -> None:
    of_class = of_group(SAID, "7b")
    # The class is split about the third image, and the classifier abstains from a fourth.
    assert agreed(of_class, {"0": FEMININE, "1": MASCULINE, "2": MASCULINE, "3": None}) == (1, 2)
