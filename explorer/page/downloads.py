"""What models take on this machine before their first image: download, disk and memory."""

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.generators.pipelines import stored_folder
from explorer.models.backends import Diffusers
from explorer.models.catalog import PHOTO_CLASSIFIER
from explorer.models.names import in_local_cache
from explorer.numbers import figures
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.models.catalog import ModelCard

# The repository that open_clip fetches the classifier of photographs from.
_CLASSIFIER_REPO = "timm/vit_large_patch14_clip_224.openai"
CLASSIFIER_GB = 1.7
# Photographs, compressed without loss.
_BYTES_A_PIXEL = 1.5


def folder_of(card: "ModelCard") -> Path | None:
    """Return the folder of a model's files, None if they are not all on this machine.

    Raises:
        ModelBroken: the files that are here cannot be used.
    """
    return stored_folder(card.spec) if isinstance(card.spec.settings, Diffusers) else None


def size_text(size: float) -> str:
    """Return a number of bytes in the unit that suits it: "5.5 GB", "11 MB"."""
    for unit, length in (("GB", 1e9), ("MB", 1e6)):
        if size >= length:
            return f"{figures(size / length, 2)} {unit}"
    return f"{max(1, round(size / 1000))} kB"


def folder_bytes(folder: Path) -> int:
    """Return the size of all files of a folder, without asking anything but the file system."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def needs_classifier(card: "ModelCard") -> bool:
    """Return whether the classifier of a model's images is still to be downloaded."""
    return card.classifier == PHOTO_CLASSIFIER and not in_local_cache(_CLASSIFIER_REPO)


def download_sentence(cards: "Iterable[ModelCard]") -> str:
    """Return a short sentence on what a run downloads, "" where everything is here.

    Raises:
        ModelBroken: the files that are here cannot be used.
    """
    lacking = [card for card in dict.fromkeys(cards) if _is_lacking(card)]
    if not lacking:
        return ""
    sizes = [card.weights_gb for card in lacking]
    if None in sizes:
        return _("The first run downloads weights whose size is not known here, and keeps them.")
    classifier = CLASSIFIER_GB if any(map(needs_classifier, lacking)) else 0.0
    size = size_text((sum(filter(None, sizes)) + classifier) * 1e9)
    return _("The first run downloads about {size} and keeps them.").format(size=size)


def download_details(card: "ModelCard", images: int) -> str:
    """Return a sentence on what a run downloads and what its images add, "" where all is here.

    Args:
        card: the model.
        images: the number of images that the run generates.

    Raises:
        ModelBroken: the files that are here cannot be used.
    """
    if not _is_lacking(card):
        return ""
    settings = card.spec.diffusion
    kept = size_text(images * settings.width_px * settings.height_px * _BYTES_A_PIXEL)
    if card.weights_gb is None:
        pattern = _(
            "Downloaded once and kept on the disk: {model}, whose size is not known here. Its "
            "images take about {kept} more."
        )
    elif needs_classifier(card):
        pattern = _(
            "Downloaded once and kept on the disk: {model} (about {size}) and the classifier of "
            "photographs (about {classifier}). Its images take about {kept} more."
        )
    else:
        pattern = _(
            "Downloaded once and kept on the disk: {model} (about {size}). Its images take about "
            "{kept} more."
        )
    return pattern.format(
        model=word("model", card.title),
        size=size_text((card.weights_gb or 0.0) * 1e9),
        classifier=size_text(CLASSIFIER_GB * 1e9),
        kept=kept,
    )


def _is_lacking(card: "ModelCard") -> bool:
    is_ours = card.bundled or not isinstance(card.spec.settings, Diffusers)
    return not is_ours and folder_of(card) is None
