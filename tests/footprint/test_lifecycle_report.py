"""A lifecycle in rows and sentences."""

from dataclasses import replace

from explorer.footprint.grids import find_grid
from explorer.footprint.lifecycle import Lifecycle, Use
from explorer.footprint.lifecycle_report import (
    lifecycle_headline,
    lifecycle_rows,
    lifecycle_sentences,
    lifecycle_sources,
    lifecycle_table,
)
from explorer.footprint.training import find_training

SD = Lifecycle(
    "SD 1.4", ("CompVis/stable-diffusion-v1-4",), find_training("CompVis/stable-diffusion-v1-4")
)
HIDDEN = Lifecycle(
    "FLUX", ("black-forest-labs/FLUX.1-dev",), find_training("black-forest-labs/FLUX.1-dev")
)


def test_the_headline_says_after_how_many_images_using_exceeds_making() -> None:
    told = "After 28 million images, using SD 1.4 has taken more energy than making it."
    assert lifecycle_headline(SD) == told
    assert "At 10,000 images a day, that is 7.6 years." in list(lifecycle_sentences(SD))


def test_not_disclosed_is_a_finding_and_not_known_is_none() -> None:
    assert "they do not disclose it" in lifecycle_headline(HIDDEN)
    assert "which is itself a finding" in " ".join(lifecycle_sentences(HIDDEN))
    assert lifecycle_headline(Lifecycle("X")) == "What training X took is not known here."


def test_a_model_without_a_published_energy_says_what_to_enter() -> None:
    told = lifecycle_headline(Lifecycle("X", (), SD.training))
    assert "energy per image is not published. Enter one" in told
    assert "No energy per image is published for X." in list(
        lifecycle_sources(Lifecycle("X", (), SD.training))
    )


def test_a_sum_with_unknown_parts_is_a_lower_bound() -> None:
    table = {name: (energy, emitted) for name, energy, emitted in lifecycle_table(SD)}
    assert table["Training"] == ("37,500 kWh", "11,250 kg CO2e")
    assert table["Idle machines and overhead"] == ("\N{EN DASH}", "not known")
    assert table["Making the model, in all"][1].startswith("at least about 12,802")
    rows = {row["part"]: row for row in lifecycle_rows(SD)}
    assert [part for part, row in rows.items() if not row["known"]] == ["idle", "making"]
    assert rows["idle"]["kg"] is None


def test_every_row_says_where_its_figures_come_from() -> None:
    row, *_others = lifecycle_rows(replace(SD, grid=find_grid("France")))
    names = ("training_source", "training_licence", "energy_source", "energy_licence")
    assert all(row[name] for name in (*names, "grid_source", "grid_year"))
    entered, *_others = lifecycle_rows(replace(SD, use=Use(kwh_per_1000=1)))
    assert entered["energy_source"] is None


def test_one_image_and_one_day_are_told_as_one() -> None:
    told = " ".join(lifecycle_sentences(replace(SD, use=Use(a_day=1, days=1))))
    assert "1 image a day for 1 day make 1 image: 1.3 Wh" in told
    requests = Lifecycle("BLOOM", ("bigscience/bloom",), use=Use(a_day=2, days=3))
    assert "2 requests a day for 3 days make 6 requests" in " ".join(lifecycle_sentences(requests))


def test_an_energy_as_entered_is_told_as_entered() -> None:
    told = list(lifecycle_sources(Lifecycle("X", (), SD.training, Use(kwh_per_1000=2))))
    assert "The energy per 1,000 images is as you entered it: 2 kWh." in told
