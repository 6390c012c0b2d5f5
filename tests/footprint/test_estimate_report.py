"""What a study will take, in sentences."""

from dataclasses import replace

from explorer.footprint.estimate_report import estimate_line, estimate_sentences
from explorer.footprint.estimates import Place, of_study
from explorer.footprint.hardware import find_hardware
from explorer.models.catalog import find_model
from explorer.study import Study
from tests.footprint.test_estimates import FRANCE, IMPORTED, NOWHERE, SERVICE, TURBO, study
from tests.readings import run_of

UNPRICED = find_model("openai:nobody-knows", "cpu")


def told(asked: Study, place: Place) -> str:
    return " ".join(estimate_sentences(asked, of_study(asked, place)))


def test_energy_is_told_of_the_device_of_its_figures_and_time_of_this_machine() -> None:
    text = told(study(), FRANCE)
    assert "28,350 images will take about 11 (0.48 to 11) kWh" in text
    assert "by figures of NVIDIA H100 SXM5 80GB." in text
    assert "On this machine that takes about 7.2 days." in text


def test_what_was_measured_here_is_told_of_this_machine() -> None:
    run = run_of(TURBO.spec, 100, 50, 0.1)
    text = told(study(), replace(FRANCE, measured=(run,)))
    assert "by figures of this machine." in text
    assert "On this machine that takes about 3.9 hours." in text


def test_the_time_is_that_of_a_device_that_was_named() -> None:
    text = told(study(), replace(FRANCE, hardware=find_hardware("L4")))
    assert "On NVIDIA L4 that takes about" in text
    assert "this machine" not in text


def test_the_same_answer_is_to_be_had_for_less() -> None:
    assert "takes 450 images instead of 28,350: 0.17 kWh instead of 11." in told(study(), FRANCE)
    both = study(TURBO, SERVICE)
    assert "900 images instead of 56,700: 0.17 kWh instead of 11, $4.95 instead of" in told(
        both, FRANCE
    )


def test_units_that_differ_are_both_told() -> None:
    few = study(find_model("emoji-skewed", "cpu"))
    assert "450 images instead of 28,350: 3.5 Wh instead of 0.22 kWh." in told(few, FRANCE)


def test_a_study_that_answers_for_each_profession_is_reduced_for_each_profession() -> None:
    asked = study(professions=10, images=20)
    text = told(asked, FRANCE)
    assert "in each profession (388 images per profession, no adjectives) takes 3,880" in text


def test_too_small_a_study_is_told_what_it_lacks() -> None:
    asked = study(professions=1, adjectives=0, images=9)
    assert "more is needed than asked for (388 images per profession" in told(asked, FRANCE)
    assert "388 images instead of 9" in told(asked, FRANCE)
    enough = study(professions=1, adjectives=0, images=388)
    assert "no smaller study would do" in told(enough, FRANCE)


def test_the_precision_is_told_beside_the_energy() -> None:
    assert "7.1 points for one profession (n = 189), \N{PLUS-MINUS SIGN}0.6 points" in told(
        study(), FRANCE
    )


def test_a_missing_country_is_told_only_where_it_matters() -> None:
    assert "No country is named" in told(study(), NOWHERE)
    assert "No country is named" not in told(study(SERVICE), NOWHERE)


def test_the_part_of_making_the_hardware_is_told_where_it_can_be() -> None:
    assert "CO2e, a share of 21%, are from making the hardware" in told(study(), FRANCE)
    nowhere = replace(FRANCE, grid=None)
    assert "CO2e, a share of 2% to 27%, are from making the hardware" in told(study(), nowhere)
    assert "making the hardware" not in told(study(), NOWHERE)


def test_services_are_told_their_price_and_time_and_no_energy() -> None:
    text = told(study(SERVICE), FRANCE)
    assert "28,350 images; their energy is not known." in text
    assert "Services take about 3.3 days" in text
    assert "28350 images by openai:gpt-image-1-mini cost about $311.85 ($0.011 each" in text
    assert "450 images instead of 28,350: $4.95 instead of $311.85." in text


def test_a_price_that_nobody_knows_is_asked_for() -> None:
    assert "openai:nobody-knows is not known here. Give it with --price." in told(
        study(UNPRICED), FRANCE
    )
    own = replace(FRANCE, price_usd=0.1)
    assert "cost about $2,835.00 ($0.10 each: your own figure)" in told(study(UNPRICED), own)


def test_imported_images_have_no_energy_and_add_nothing() -> None:
    text = told(study(IMPORTED), FRANCE)
    assert "their energy is not known" in text
    assert "takes about" not in text
    assert "450 images instead of 28,350." in text
    both = study(TURBO, IMPORTED)
    assert "28,350 images will take about 11" in told(both, FRANCE)


def test_one_line_says_energy_emissions_and_what_they_rest_on() -> None:
    found = estimate_line(of_study(study(), NOWHERE))
    assert found.startswith("About 11 kWh and ")
    assert found.endswith(" kg CO2e (from published figures).")
    assert estimate_line(of_study(study(IMPORTED), FRANCE)) == ""
