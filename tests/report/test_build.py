from datetime import date

import pytest

from explorer.annotation.sampling import draw_samples, sample_of
from explorer.errors import InvalidData
from explorer.models.catalog import find_model
from explorer.models.requests import ImageRequest
from explorer.perception.annotations import Annotation
from explorer.perception.axes import find_axis
from explorer.report.build import Wanted, build
from explorer.report.card import GAP, SHIFT, SLOPE, Card
from explorer.report.pictures import thumbnails
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.fakes import FakeGenerator, fake_card
from tests.readings import reading
from tests.report.leaning import IMAGES, PROFESSIONS, RAISES, Leaning, Serving, fill, plain

TODAY = date(2026, 11, 28)


def test_headlines_hold_only_results_that_are_clear(card: Card) -> None:
    assert card.headlines
    assert all(one.clear for one in card.headlines)
    assert all(one.q is None or one.q <= 0.05 for one in card.headlines)
    unclear = [row.gap for row in card.professions.rows if not row.gap.clear]
    assert unclear
    assert not {one.sentence for one in unclear} & {one.sentence for one in card.headlines}


def test_every_headline_tells_its_number_interval_and_how_many_were_counted(card: Card) -> None:
    for one in card.headlines:
        assert "95% interval" in one.sentence
        assert one.number.low <= one.number.estimate <= one.number.high
        assert one.n > 0


def test_a_model_that_exaggerates_is_said_to_first(card: Card) -> None:
    first = card.headlines[0]
    assert first.kind == SLOPE
    assert first.number.low > 1
    assert first.sentence.startswith("The model exaggerates how professions differ")
    assert first.n == sum(not row.muted for row in card.professions.rows)


def test_where_nothing_is_clear_a_sentence_says_so_and_nothing_else(store: Store) -> None:
    fill(store, Leaning(), plain(professions=("author",), images=5))
    made = build(fake_card(), store, TODAY)
    assert made.headlines == ()
    assert made.nothing == "There are too few images to test anything."


def test_gaps_that_chance_explains_are_no_headlines(store: Store) -> None:
    fill(store, Leaning(slope=1.0), plain(professions=PROFESSIONS[5:9]))
    made = build(fake_card(), store, TODAY)
    assert {row.gap.clear for row in made.professions.rows} == {False}
    assert GAP not in {one.kind for one in made.headlines}


def test_adjectives_count_only_where_they_were_asked_and_the_one_that_raises_is_clear(
    card: Card,
) -> None:
    rows = {one.subject: one for one in card.adjectives.rows}
    assert list(rows) == [RAISES, "stubborn"]
    assert rows[RAISES].clear
    assert not rows["stubborn"].clear
    assert rows[RAISES].sentence in {one.sentence for one in card.headlines if one.kind == SHIFT}


def test_shares_of_professions_come_from_the_prompts_that_all_of_them_have(card: Card) -> None:
    assert {row.classified for row in card.professions.rows} == {IMAGES}
    whats = {one.what: one.images for one in card.counted}
    assert whats["Prompts without an adjective"] == IMAGES * len(PROFESSIONS)


def test_every_image_is_counted_once_by_what_came_of_it(store: Store) -> None:
    generator = FakeGenerator(
        filtered=lambda request: request.replicate == 0,
        unclear=lambda request: request.replicate == 1,
    )
    fill(store, generator, plain(professions=("author", "nurse"), images=12))
    fill(store, generator, plain(professions=("author",), images=14))
    made = build(fake_card(), store, TODAY)
    for one in made.counted:
        parts = (one.classified, one.abstained, one.filtered, one.unclassified, one.missing)
        assert parts == (22, 2, 2, 0, 2)
        assert sum(parts) == one.images
    assert made.not_begun is not None
    assert "148 of 150 professions have no image" in made.not_begun.text


def test_sections_without_data_say_what_is_missing_and_which_command_fills_them(
    store: Store,
) -> None:
    fill(store, Leaning(), plain(professions=("author",), images=10))
    made = build(fake_card(), store, TODAY, Wanted(against=fake_card("fake-b")))
    assert made.beside is not None
    every = {
        "professions": made.professions.lacking,
        "adjectives": made.adjectives.lacking,
        "beside": made.beside.lacking,
        "pronouns": made.pronouns.lacking,
        "lifecycle": made.lifecycle.lacking,
        **{one.axis: one.lacking for one in made.instruments},
    }
    for lacking in every.values():
        assert lacking is not None
        assert lacking.text
        assert (lacking.command or "").startswith("python -m explorer ")
    assert "--model fake-b --profession author" in (made.beside.lacking.command or "")  # type: ignore[union-attr]


def test_a_model_without_images_has_no_card_but_a_command_that_generates_some(
    store: Store,
) -> None:
    with pytest.raises(InvalidData, match=r"No image of 'fake-a' is stored.*generate --model"):
        build(fake_card(), store, TODAY)


def test_the_profession_asked_for_is_shown_and_one_without_images_refused(full: Store) -> None:
    asked = build(fake_card(), full, TODAY, Wanted(profession=PROFESSIONS[3]))
    assert asked.grid is not None
    assert asked.grid.profession == PROFESSIONS[3]
    with pytest.raises(InvalidData, match="no image of 'painter'"):
        build(fake_card(), full, TODAY, Wanted(profession="painter"))


def test_the_most_telling_profession_is_the_one_with_the_largest_clear_gap(card: Card) -> None:
    clear = [row.gap for row in card.professions.rows if row.gap.clear and not row.muted]
    largest = max(clear, key=lambda one: abs(one.number.estimate))
    assert card.grid is not None
    assert card.grid.profession == largest.subject


def test_pictures_have_thumbnails_and_filtered_images_are_left_out(store: Store) -> None:
    generator = FakeGenerator(filtered=lambda request: request.replicate == 0)
    fill(store, generator, plain(professions=("author",), images=10))
    made = build(fake_card(), store, TODAY)
    assert made.grid is not None
    keys = [one.key for one in made.grid.plain]
    lost = ImageRequest(fake_card().spec, Prompt("author"), 0).key
    assert len(keys) == 8
    assert lost not in keys
    assert set(thumbnails(made.grid, store)) == set(keys)


def test_two_models_are_compared_on_what_both_have_and_their_energy_stands_side_by_side(
    card: Card,
) -> None:
    assert card.beside is not None
    assert {one.subject for one in card.beside.rows} == {"all", *PROFESSIONS}
    assert any(one.clear for one in card.beside.rows)
    assert [one.model for one in card.energy] == ["fake-a", "fake-b"]


def test_energy_measured_on_this_machine_comes_first(store: Store) -> None:
    fill(store, Leaning(), plain())
    spec = fake_card().spec
    store.energy.save([(spec, reading(10, cpu_kwh=0.001))])
    (made,) = build(fake_card(), store, TODAY).energy
    assert (made.basis, made.kwh and made.kwh.estimate) == ("measured", 0.1)
    assert "Generating 10 images took" in made.sentence


def test_a_model_is_not_compared_with_itself(full: Store) -> None:
    with pytest.raises(InvalidData, match="'fake-a' is compared with itself"):
        build(fake_card(), full, TODAY, Wanted(against=fake_card()))


def test_a_language_model_that_was_not_asked_is_said_to_be_missing(full: Store) -> None:
    made = build(fake_card(), full, TODAY, Wanted(language_model="owner/some-model"))
    assert made.pronouns.lacking is not None
    assert made.pronouns.lacking.command == "python -m explorer pronouns owner/some-model"


def test_the_commands_of_a_card_name_its_images_and_build_it_again(card: Card) -> None:
    generating = [line for line in card.commands if " generate " in line]
    assert len(generating) == 4
    assert f"--adjective none --images {IMAGES}" in generating[0]
    assert f"--adjective {RAISES} --adjective stubborn --images 6" in generating[1]
    assert card.commands[-1] == (
        "python -m explorer card fake-a --against fake-b --language-model pronoun-skewed "
        "--out card.html"
    )


def test_the_slope_needs_ten_professions_and_no_mean_is_told_of_fewer(store: Store) -> None:
    fill(store, Leaning(), plain(professions=PROFESSIONS[:9], images=10))
    made = build(fake_card(), store, TODAY).professions
    assert made.slope is None
    assert made.mean_gap is None
    assert made.correlation is None


def test_a_gap_of_a_word_that_fits_roughly_is_muted_and_no_result(full: Store) -> None:
    fill(full, Leaning(), plain(fake_card("fake-c"), professions=("painter", "author"), images=10))
    made = build(fake_card("fake-c"), full, TODAY)
    muted = {row.name: row.muted for row in made.professions.rows}
    assert muted == {"painter": True, "author": False}
    assert {one.subject for one in made.results if one.kind == GAP} == {"author"}


def test_a_model_of_a_service_has_no_seeds_and_its_refusals_are_told(store: Store) -> None:
    hosted = find_model("openai:gpt-image-2", "cpu")
    refusing = Serving(filtered=lambda one: one.replicate == 0, reason="moderation")
    fill(store, refusing, plain(hosted, professions=("author",), images=10))
    made = build(hosted, store, TODAY)
    assert dict(made.provenance)["Seeds"] == "none: the service takes none"
    assert made.grid is not None
    assert {one.seed for one in made.grid.plain} == {None}
    assert any("moderation" in sentence for sentence in made.services)
    assert made.energy[0].basis == "unknown"
    assert made.energy[0].kwh is None


def test_what_annotators_say_is_told_with_their_agreement_and_a_confusion(store: Store) -> None:
    study = plain(professions=PROFESSIONS[:10])
    fill(store, Leaning(), study)
    (card,), gender = study.models, find_axis("gender")
    draw_samples(study, store, 60)
    for one in sample_of(study, store, card, gender):
        label = one.answer or "feminine"
        store.annotations.save(
            Annotation(one.image, "gender", name, label, "2026") for name in ("Ada", "Ben")
        )
    made = build(card, store, TODAY)
    instrument = made.instruments[0]
    told = " ".join(instrument.sentences)
    assert instrument.annotators == 2
    assert instrument.lacking is None
    assert instrument.truth == "human"
    assert "Ada and Ben gave the same answer for" in told
    assert "Cohen's kappa" in told
    assert sum(map(sum, instrument.confusion)) > 0
    assert instrument.confusion[0][1] == instrument.confusion[1][0] == 0
    assert made.instruments[1].annotators == 0
    assert made.instruments[1].lacking is not None
