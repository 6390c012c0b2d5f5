"""How the instrument errs: by what people annotated, beside the weights, or by the prompts."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.annotation.sampling import annotated_errors
from explorer.findings.error_files import read_errors
from explorer.findings.prompted import prompted_errors
from explorer.findings.sentences import GENDER
from explorer.models.catalog import weights_folder
from explorer.reference.design import BUNDLED

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.statistics.confusion import Confusion
    from explorer.store.index import Store
    from explorer.study import Study

# One names one instrument for each axis; behind the gate they have other names.
PLAIN, BEHIND_GATE = "errors.json", "errors-gate.json"


def known_errors(study: "Study", store: "Store") -> "dict[tuple[str, str], Confusion]":
    """Return the known confusions of a study, by (model name, axis name).

    People's labels come first, once they can correct. Else those that ship with a bundled
    generator: they hold for it as it is and for the instrument they were measured with, as with
    other settings it generates otherwise, and another instrument errs otherwise. Else what images
    tell whose prompts name the gender, where there are any. Labels that cannot correct yet are told
    where nothing else is known: their refusal says why.

    Raises:
        InvalidData: a file breaks its rules.
    """
    known = {
        (card.spec.name, axis): confusion
        for card in study.models
        for axis, confusion in errors_of(card.spec.name, study.instruments(card)).items()
    }
    others = tuple(card for card in study.models if (card.spec.name, GENDER) not in known)
    if others:
        known |= prompted_errors(replace(study, models=others), store)
    for place, found in annotated_errors(study, store).items():
        if found.confusion and (found.refusal is None or place not in known):
            known[place] = found.confusion
    return known


def errors_of(model: str, instruments: "dict[str, str]") -> "dict[str, Confusion]":
    """Return the known confusions of one model's images by axis; `instruments` is by axis too.

    Raises:
        InvalidData: the file breaks its rules.
    """
    if model not in BUNDLED:
        return {}
    paths = (errors_path(model, file) for file in (PLAIN, BEHIND_GATE))
    known = {
        place: one for path in paths if path.is_file() for place, one in read_errors(path).items()
    }
    pairs = ((axis, known.get((name, axis))) for axis, name in instruments.items())
    return {axis: confusion for axis, confusion in pairs if confusion is not None}


def errors_path(model: str, file: str) -> "Path":
    """Return where a bundled generator's PLAIN or BEHIND_GATE lies, there or not."""
    return weights_folder(model) / file
