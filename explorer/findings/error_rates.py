"""How the instrument errs: by annotations, by what ships with a model, or by prompts."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.annotation.sampling import annotated_errors
from explorer.findings.error_files import read_errors
from explorer.findings.prompted import prompted_errors
from explorer.models.catalog import weights_folder
from explorer.perception.axes import GENDER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.models.catalog import ModelCard
    from explorer.perception.instruments import Instrument
    from explorer.statistics.confusion import Confusion
    from explorer.store.index import Store
    from explorer.study import Study

# What may lie beside a model's weights; behind the gate instruments have other names.
PLAIN, BEHIND_GATE = "errors.json", "errors-gate.json"


def known_errors(study: "Study", store: "Store") -> "dict[tuple[str, str], Confusion]":
    """Return the known confusions of a study, by (model name, axis name).

    Annotations come first, once they can correct. Else those that ship beside a bundled model's
    weights: they hold for it as it is and for the instrument they were measured with, as with other
    settings it generates otherwise, and another instrument errs otherwise. Else what images tell
    whose prompts name the gender, where there are any. Annotations that cannot correct yet are told
    where nothing else is known: their refusal says why.

    Raises:
        InvalidData: a file breaks its rules.
    """
    known = {
        (card.spec.name, axis): confusion
        for card in study.models
        for axis, confusion in errors_of(card, study.instruments(card)).items()
    }
    others = tuple(card for card in study.models if (card.spec.name, GENDER) not in known)
    if others:
        known |= prompted_errors(replace(study, models=others), store)
    for place, found in annotated_errors(study, store).items():
        if found.confusion and (found.refusal is None or place not in known):
            known[place] = found.confusion
    return known


def errors_of(
    model: "ModelCard", instruments: "Mapping[str, Instrument]"
) -> "dict[str, Confusion]":
    """Return the confusions that ship with a model, by axis name; `instruments` is by axis too.

    Raises:
        InvalidData: a file breaks its rules.
    """
    # A variant has another name, and so no folder of its own.
    if not model.bundled or not (folder := weights_folder(model.spec.name)).is_dir():
        return {}
    paths = [path for name in (PLAIN, BEHIND_GATE) if (path := folder / name).is_file()]
    known = {place: one for path in paths for place, one in read_errors(path).items()}
    pairs = ((axis, known.get((who, axis))) for axis, who in instruments.items())
    return {axis: confusion for axis, confusion in pairs if confusion is not None}
