"""What ships is of the models, words and statistics that ship, and follows from its counts."""

import pytest
from PIL import Image

from explorer.findings.corrected import findings
from explorer.findings.error_rates import known_errors
from explorer.findings.gaps import gaps, headline
from explorer.findings.tallies import Cell, Tally
from explorer.models.catalog import find_model
from explorer.overview.results import Overview
from explorer.overview.shipped import FOLDER, IMAGES, SIDE_PX, STRIPS, shipped, strip_name
from explorer.perception.axes import FEMININE, GENDER, find_axis
from explorer.reference.design import BUNDLED
from explorer.store.index import Store
from explorer.study import Study
from explorer.words.references import labour_references
from explorer.words.vocabulary import DEFAULT_YEAR, load_adjectives, load_professions

MAKE_IT_ANEW = "run `make overview`"
NAMES = tuple(one.name for one in load_professions())
MOST_MIB = 3


@pytest.fixture(params=BUNDLED)
def one(request: pytest.FixtureRequest) -> Overview:
    """Return the shipped overview of a bundled model."""
    return shipped()[request.param]


def test_it_is_of_the_weights_and_the_classifier_that_ship(one: Overview) -> None:
    card = find_model(one.model, "cpu")
    study = Study((card,), NAMES)
    assert one.version == card.spec.revision, MAKE_IT_ANEW
    assert list(one.instruments) == [str(each) for each in study.instruments(card).values()], (
        MAKE_IT_ANEW
    )


def test_it_has_every_profession_and_adjective_in_their_order(one: Overview) -> None:
    assert tuple(line.profession for line in one.lines) == NAMES, MAKE_IT_ANEW
    assert [moved.adjective for moved in one.adjectives] == [
        each.word for each in load_adjectives()
    ], MAKE_IT_ANEW
    assert one.images == (20, 20)


def test_its_references_are_the_labour_statistics(one: Overview) -> None:
    assert one.year == DEFAULT_YEAR, MAKE_IT_ANEW
    references = labour_references(one.year)
    for line in one.lines:
        known = references.get(line.profession)
        assert line.reference == (known.share if known else None), MAKE_IT_ANEW


def test_its_numbers_follow_from_its_counts(one: Overview, store: Store) -> None:
    study = Study((find_model(one.model, "cpu"),), NAMES)
    tallies = (
        Tally(
            Cell(one.model, line.profession, None),
            find_axis(GENDER),
            (line.feminine, line.masculine),
            abstained=line.unclear,
            filtered=line.filtered,
            unclassified=line.unclassified,
        )
        for line in one.lines
    )
    found = gaps(findings(tallies, known_errors(study, store)), labour_references(one.year))
    for line, gap in zip(one.lines, found.rows, strict=True):
        share = gap.finding.best(FEMININE)
        assert line.corrected is (gap.finding.corrected is not None)
        assert (line.share is None) is (share is None)
        if line.share and share:
            assert line.share.estimate == pytest.approx(share.estimate, abs=1e-4), MAKE_IT_ANEW
            assert line.share.low == pytest.approx(share.low, abs=1e-4), MAKE_IT_ANEW
        assert line.clear is gap.clear
    slope = headline(found).slope
    assert slope
    assert one.summary.slope
    assert one.summary.slope.estimate == pytest.approx(slope.slope.estimate, abs=1e-3)


def test_every_profession_has_a_strip_of_nine_images(one: Overview) -> None:
    for name in NAMES:
        with Image.open(STRIPS / one.model / strip_name(name)) as strip:
            assert strip.size == (IMAGES * SIDE_PX, SIDE_PX)
    files = {path.name for path in (STRIPS / one.model).iterdir()}
    assert files == {strip_name(name) for name in NAMES}


def test_all_of_it_is_small() -> None:
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    assert size < MOST_MIB * 2**20


def test_the_skewed_model_exaggerates_and_the_even_one_does_not() -> None:
    skewed, even = (shipped()[name].summary for name in BUNDLED)
    assert skewed.slope
    assert even.slope
    assert skewed.slope.low > 1 > even.slope.high
