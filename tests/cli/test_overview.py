"""The overview on the command line is the one that the page and its endpoint give."""

import csv
import io
import json

from explorer.overview.shipped import adapter, shipped
from explorer.reference.design import BUNDLED
from tests.commands import run


def test_the_bundled_models_are_compared_without_an_image() -> None:
    ended = run("overview")
    heading, *lines = ended.stdout.splitlines()
    assert heading.split()[:4] == ["model", "slope", "slope_low", "slope_high"]
    assert [line.split()[0] for line in lines[:2]] == list(BUNDLED)
    assert "%" not in lines[0].split()[2]
    assert "teaching instruments, not a finding" in ended.stdout


def test_json_is_the_whole_overview() -> None:
    (found,) = json.loads(run("overview emoji-even --json").stdout)
    assert found == adapter().dump_python(shipped()["emoji-even"], mode="json")


def test_csv_has_an_interval_for_each_estimate() -> None:
    rows = list(csv.DictReader(io.StringIO(run("overview --csv -").stdout)))
    for row in rows:
        for name in ("slope", "mean_gap", "tone_distance"):
            low, estimate, high = (float(row[name + end]) for end in ("_low", "", "_high"))
            assert low <= estimate <= high


def test_a_model_without_images_is_refused() -> None:
    ended = run("overview CompVis/stable-diffusion-v1-4")
    assert ended.exit_code == 2
    assert "so there is nothing to report" in ended.stderr
