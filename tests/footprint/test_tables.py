"""The tables: complete in every row, and free of the errors of their sources."""

import pytest

from explorer.errors import UnknownName
from explorer.footprint.hardware import CPU, load_hardware
from explorer.footprint.tables import near_names, number, read_table, unknown, whole

TABLES = ("hardware", "grids", "energy", "training")


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_source_and_a_licence(name: str) -> None:
    rows = read_table(name)
    assert all(row["source"] and row["licence"] for row in rows)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_year_but_those_of_cloud_regions_which_state_none(name: str) -> None:
    without = [row for row in read_table(name) if not row["year"]]
    assert all(row.get("key", "").split("/")[0].islower() for row in without)


def test_there_are_at_least_sixty_accelerators_and_fifty_processors() -> None:
    kinds = [one.kind for one in load_hardware()]
    assert sum(kind != CPU for kind in kinds) >= 60
    assert kinds.count(CPU) >= 50


def test_known_errors_of_the_sources_are_mended() -> None:
    watts = {row["name"]: row["watts"] for row in read_table("hardware")}
    assert watts["NVIDIA A10G"] == "300"
    assert watts["NVIDIA GeForce RTX 4070"] == "200"
    assert watts["NVIDIA V100 PCIe 16GB"] == "250"
    grids = {row["key"]: row for row in read_table("grids")}
    assert "gcp/me-central1" in grids
    assert grids["CAF"]["g_per_kwh"] == ""
    assert all(float(row["g_per_kwh"]) > 0 for row in grids.values() if row["g_per_kwh"])
    assert len(grids) == len(read_table("grids"))


def test_an_empty_cell_is_no_number() -> None:
    assert (number(""), whole("")) == (None, None)
    assert (number("0.5"), whole("2023")) == (0.5, 2023)


def test_an_unknown_name_gets_the_names_that_begin_alike_and_the_command_that_lists_all() -> None:
    found = unknown("hardware", "a100", ("NVIDIA A100 PCIe", "NVIDIA A100 SXM4", "T4"), "list")
    assert isinstance(found, UnknownName)
    assert "Did you mean 'NVIDIA A100 PCIe' or 'NVIDIA A100 SXM4'? `list` lists all." in str(found)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        *(("UK", "United Kingdom"), ("us", "United States"), ("Korea", "South Korea")),
        *(("Republic of Korea", "South Korea"), ("RTX4090", "RTX 4090"), ("Tesla T4", "NVIDIA T4")),
    ],
)
def test_initials_blanks_and_further_words_do_not_hide_the_nearest_name(
    name: str, near: str
) -> None:
    known = ("Ukraine", "United Kingdom", "United States", "South Korea", "RTX 4090", "NVIDIA T4")
    assert near_names(name, known)[0] == near


def test_an_empty_name_is_near_to_none() -> None:
    assert near_names(" ", ("T4",)) == []


def test_a_name_like_no_other_is_told_some_that_exist() -> None:
    assert "Known: 'T4'." in str(unknown("hardware", "xyzzy", ("T4",), "list"))
