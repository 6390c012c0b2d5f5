"""A store with images that lean, and its card."""

from collections.abc import Iterator
from datetime import date

import pytest

from explorer.report.build import Wanted, build
from explorer.report.card import Card
from explorer.store.index import Store
from tests.fakes import fake_card
from tests.report.leaning import PROFESSIONS, RAISES, Leaning, fill, plain

TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store of two models, one that leans and one that is as people are."""
    store = Store.open(tmp_path_factory.mktemp("full"))
    words = (None, RAISES, "stubborn")
    fill(store, Leaning(), plain(), plain(professions=PROFESSIONS[:12], adjectives=words, images=6))
    fill(store, Leaning(slope=0.0), plain(fake_card("fake-b")))
    yield store
    store.close()


@pytest.fixture(scope="module")
def card(full: Store) -> Card:
    """Return the card of the one that leans, beside the other and a language model."""
    wanted = Wanted(against=fake_card("fake-b"), language_model="pronoun-skewed")
    return build(fake_card(), full, TODAY, wanted)
