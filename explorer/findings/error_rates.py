"""Known errors of instruments: from annotations, from a model's own files, or from prompts."""

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

# Optional files in a model's weights folder; instruments behind the gate have other names.
PLAIN, BEHIND_GATE = "errors.json", "errors-gate.json"


def known_errors(study: "Study", store: "Store") -> "dict[tuple[str, str], Confusion]":
    """Return the known confusions of a study, by (model name, axis name).

    The first of these sources that exists is used: annotations that can correct; the files of a
    bundled model, for its default settings and the instrument they were measured with; images whose
    prompts name the gender; annotations that cannot correct yet, because their refusal explains
    why.

    Raises:
        InvalidData: a file breaks its rules.
    """
    known = unannotated_errors(study, store)
    for place, found in annotated_errors(study, store).items():
        if found.confusion and (found.refusal is None or place not in known):
            known[place] = found.confusion
    return known


def unannotated_errors(study: "Study", store: "Store") -> "dict[tuple[str, str], Confusion]":
    """Return the confusions that are known without annotations, as known_errors does."""
    known = {
        (card.spec.name, axis): confusion
        for card in study.models
        for axis, confusion in errors_of(card, study.instruments(card)).items()
    }
    others = tuple(card for card in study.models if (card.spec.name, GENDER) not in known)
    if others:
        known |= prompted_errors(replace(study, models=others), store)
    return known


def errors_of(
    model: "ModelCard", instruments: "Mapping[str, Instrument]"
) -> "dict[str, Confusion]":
    """Return the confusions that ship with a model, by axis name; `instruments` is by axis name.

    Raises:
        InvalidData: a file breaks its rules.
    """
    # A variant has a name of its own, so no such folder exists.
    if not model.bundled or not (folder := weights_folder(model.spec.name)).is_dir():
        return {}
    paths = [path for name in (PLAIN, BEHIND_GATE) if (path := folder / name).is_file()]
    known = {place: one for path in paths for place, one in read_errors(path).items()}
    pairs = ((axis, known.get((who, axis))) for axis, who in instruments.items())
    return {axis: confusion for axis, confusion in pairs if confusion is not None}
