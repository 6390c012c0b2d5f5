"""The overview of a model says what the findings say, of the study with the most images."""

from collections.abc import Iterator
from datetime import date

import pytest

from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.findings.gaps import Gaps, headline
from explorer.overview.results import Overview, overview
from explorer.overview.shipped import adapter
from explorer.perception.axes import FEMININE
from explorer.store.index import Store
from explorer.words.references import labour_references
from explorer.words.vocabulary import load_professions
from tests.fakes import FakeGenerator, fake_card
from tests.report.leaning import IMAGES, PROFESSIONS, RAISES, Leaning, fill, plain

TODAY, YEAR = date(2026, 11, 28), 2023
FEW_WORDED = plain(professions=PROFESSIONS, adjectives=(None, RAISES), images=1)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store with many images of prompts without an adjective and a few with one."""
    store = Store.open(tmp_path_factory.mktemp("filled"))
    fill(store, Leaning(), plain(), FEW_WORDED)
    yield store
    store.close()


def made(store: Store) -> Overview:
    return overview(fake_card(), store, TODAY, YEAR)


def gaps_of(store: Store) -> Gaps:
    listed = tuple(one.name for one in load_professions() if one.name in PROFESSIONS)
    return Findings(plain(professions=listed), store).gaps(labour_references(YEAR))


def test_its_lines_are_the_gaps_of_the_stored_images(filled: Store) -> None:
    found, lines = gaps_of(filled), made(filled).lines
    assert [one.profession for one in lines] == [gap.profession for gap in found.rows]
    for line, gap in zip(lines, found.rows, strict=True):
        share = gap.finding.best(FEMININE)
        assert share
        assert line.share
        assert line.share.estimate == pytest.approx(share.estimate, abs=1e-5)
        assert line.q == (None if gap.q is None else pytest.approx(gap.q, abs=1e-5))
        assert (line.counts, line.clear) == (gap.counts, gap.clear)
        assert line.images == gap.finding.tally.asked == IMAGES
        assert sum(line.tones) + line.tones_unclear == line.images


def test_its_summary_is_the_headline_of_these_gaps(filled: Store) -> None:
    told, one = headline(gaps_of(filled)), made(filled)
    summary = one.summary
    assert told.slope
    assert summary.slope
    assert summary.slope.low == pytest.approx(told.slope.slope.low, abs=1e-5)
    assert summary.slope.low > 1
    assert summary.tested == told.professions == summary.professions
    assert summary.clear == sum(line.clear for line in one.lines)
    distances = [line.distance for line in one.lines if line.distance is not None]
    assert summary.distance
    assert summary.distance.estimate == pytest.approx(sum(distances) / len(distances), abs=1e-4)
    assert summary.kwh_per_1000 is None


def test_some_images_with_adjectives_do_not_take_the_place_of_many_without(filled: Store) -> None:
    one = made(filled)
    assert one.images == (IMAGES, IMAGES)
    assert not one.adjectives_counted
    assert [moved.adjective for moved in one.adjectives] == [RAISES]


def test_many_images_with_adjectives_are_counted_with_those_without(store: Store) -> None:
    worded = plain(professions=PROFESSIONS[:4], adjectives=(None, RAISES, "stubborn"), images=6)
    fill(store, Leaning(), worded)
    one = made(store)
    assert one.images == (18, 18)
    assert one.adjectives_counted


def test_images_without_a_label_are_counted_by_the_reason(store: Store) -> None:
    generator = FakeGenerator(
        filtered=lambda request: request.replicate == 2,
        unclear=lambda request: request.replicate < 2,
    )
    fill(store, generator, plain(professions=PROFESSIONS[:1]))
    first = made(store).lines[0]
    assert (first.unclear, first.filtered, first.unclassified) == (2, 1, 0)
    assert (first.without, first.images) == (3, IMAGES)


def test_it_is_the_same_after_it_was_written_and_read(filled: Store) -> None:
    one = made(filled)
    assert adapter().validate_json(adapter().dump_json(one)) == one


def test_nothing_stored_is_refused_with_what_to_do(store: Store) -> None:
    with pytest.raises(InvalidData, match="No image of 'fake-a' is stored"):
        made(store)
