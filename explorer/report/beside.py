"""The other model of a card, on the same prompts."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.findings.verdicts import notes, verdict_sentences
from explorer.perception.axes import GENDER
from explorer.report.card import Beside, Lacking
from explorer.report.origin import model
from explorer.report.results import ALL, difference_results
from explorer.report.stored import generate_command, stored_studies
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.models.catalog import ModelCard
    from explorer.report.card import Result
    from explorer.report.stored import Stored
    from explorer.store.index import Store
    from explorer.study import Study


def beside_other(stored: "Stored", store: "Store", other: "ModelCard") -> Beside:
    """Return the differences between the card's model and another one, left minus right.

    Raises:
        InvalidData: both are the same model.
    """
    (card,) = stored.main.models
    if card.spec.name == other.spec.name:
        pattern = _("{model!r} is compared with itself. Name another model.")
        raise InvalidData(pattern.format(model=other.spec.name))
    both = _both(stored, store, other)
    rows, told = _differences(Findings(both, store)) if both else ([], [])
    if rows:
        return Beside(model(other), tuple(told), tuple(rows), None)
    missing = replace(stored.main, models=(other,))
    lacking = Lacking(
        _("{model} has too few images of the same prompts. This generates them:").format(
            model=other.title
        ),
        generate_command(missing, other),
    )
    return Beside(model(other), tuple(told), (), lacking)


def _both(stored: "Stored", store: "Store", other: "ModelCard") -> "Study | None":
    """Return the study of what both models have, None where the other one has nothing of it."""
    try:
        theirs = stored_studies(other, store).main
    except InvalidData:
        return None
    main = stored.main
    shared = tuple(name for name in main.professions if name in theirs.professions)
    if not shared:
        return None
    return replace(main, models=(*main.models, other), professions=shared)


def _differences(found: Findings) -> "tuple[list[Result], list[str]]":
    differences = found.differences("profession", GENDER)
    told = [*verdict_sentences(differences, "profession"), *notes(differences)]
    together = found.differences("adjective", GENDER) if _one_adjective(found) else ()
    return [*difference_results(together, ALL), *difference_results(differences)], told


def _one_adjective(found: Findings) -> bool:
    return len(found.study.adjectives) == 1 and len(found.study.professions) > 1
