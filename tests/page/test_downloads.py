"""What models take on this machine, in words."""

import pytest

from explorer.models.catalog import find_model
from explorer.page.downloads import download_details, download_sentence, size_text

TURBO = find_model("stabilityai/sd-turbo", "cpu")
pytestmark = pytest.mark.usefixtures("no_yunet")


@pytest.mark.parametrize(
    ("size", "text"), [(5.48e9, "5.5 GB"), (11.2e6, "11 MB"), (3000, "3 kB"), (1, "1 kB")]
)
def test_sizes_have_a_unit_that_suits_them(size: float, text: str) -> None:
    assert size_text(size) == text


def test_two_models_are_downloaded_once_each_with_one_classifier() -> None:
    other = find_model("CompVis/stable-diffusion-v1-4", "cpu")
    # 5.2, 5.5 and 1.7 GB.
    told = "The first run downloads about 12 GB and keeps them."
    assert download_sentence([TURBO, other, TURBO]) == told


def test_models_that_are_here_or_run_elsewhere_take_no_download() -> None:
    for name in ("emoji-even", "openai:gpt-image-2"):
        card = find_model(name, "cpu")
        assert download_sentence([card]) == ""
        assert download_details(card, 9) == ""


def test_the_images_are_counted_too() -> None:
    assert "Its images take about 74 MB more." in download_details(TURBO, 189)
