"""How the instrument errs on the bundled generators, read from errors.json beside their weights."""

from typing import TYPE_CHECKING

from explorer.perception.validation import read_errors
from explorer.pictures.catalog import weights_folder
from explorer.reference.design import BUNDLED

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.statistics.confusion import Confusion
    from explorer.study import Study


def known_errors(study: "Study") -> "dict[tuple[str, str], Confusion]":
    """Return the known confusions of a study, by (model name, axis name).

    They hold for a bundled generator as it is and for the instrument they were measured with: with
    other settings it draws otherwise, and another instrument errs otherwise. Without a file, or
    with one of another instrument, nothing is known.

    Raises:
        InvalidData: a file breaks its rules.
    """
    return {
        (card.spec.name, axis): confusion
        for card in study.models
        for axis, confusion in errors_of(card.spec.name, study.instruments(card)).items()
    }


def errors_of(model: str, instruments: "dict[str, str]") -> "dict[str, Confusion]":
    """Return the known confusions of one model's pictures by axis; `instruments` is by axis too.

    Raises:
        InvalidData: the file breaks its rules.
    """
    if model not in BUNDLED or not errors_path(model).is_file():
        return {}
    known = read_errors(errors_path(model))
    pairs = ((axis, known.get((name, axis))) for axis, name in instruments.items())
    return {axis: confusion for axis, confusion in pairs if confusion is not None}


def errors_path(model: str) -> "Path":
    """Return where a bundled generator's errors.json lies, there or not."""
    return weights_folder(model) / "errors.json"
