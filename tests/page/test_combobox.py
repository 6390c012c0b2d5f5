"""What the fields of several words know of their groups."""

from explorer.page.choice import (
    ALL,
    NONE,
    SPREAD,
    Choice,
    held_adjectives,
    held_professions,
    professions,
)
from explorer.words.vocabulary import load_adjectives, load_professions


def test_a_group_holds_what_choosing_it_means() -> None:
    held = held_professions()
    for name in (ALL, SPREAD):
        chosen = [one.name for one in professions(Choice(("emoji-even",), (name,)))]
        assert [word for word in held[name] if word not in held] == chosen
    assert SPREAD in held[ALL]
    assert len(held[ALL]) == 1 + len(load_professions())


def test_all_adjectives_hold_the_prompt_without_one() -> None:
    assert held_adjectives() == {ALL: [NONE, *(one.word for one in load_adjectives())]}
