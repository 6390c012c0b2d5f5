"""How an instrument errs on any model's images, by prompts that name the gender.

Nobody has to label these images: "a woman working as a nurse" should show a woman. Where the
model does not obey, its mistake is charged to the instrument, so people read "prompt-validated".
"""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.findings.counts import count
from explorer.perception.axes import GENDER
from explorer.statistics.confusion import Confusion
from explorer.study import Study
from explorer.words.vocabulary import spread_by_women

if TYPE_CHECKING:
    from explorer.models.catalog import ModelCard
    from explorer.perception.axes import Axis
    from explorer.store.index import Store

PROFESSIONS = 30
IMAGES = 5
# Fewer images of a gender tell too little about how often it is recognised.
FEWEST = 50

_NAMED = {"feminine": "woman", "masculine": "man"}


def prompted_studies(study: Study) -> tuple[Study, ...]:
    """Return a study for each gender, with that gender in every prompt.

    They have the models and the instrument of the study, 30 professions and five images of each.
    There is none where the study does not ask for gender.
    """
    axis = next((axis for axis in study.axes if axis.name == GENDER), None)
    return tuple(_prompted(study, axis, label) for label in axis.labels) if axis else ()


def prompted_errors(study: Study, store: "Store") -> dict[tuple[str, str], Confusion]:
    """Return confusions of the kind "prompt" by (model name, axis name), from what is stored.

    A model is left out as long as fewer than FEWEST images of either gender are classified.
    """
    asked = prompted_studies(study)
    columns = {
        card.spec.name: [_answers(each, card, store) for each in asked] for card in study.models
    }
    return {
        (name, GENDER): Confusion(tuple(zip(*by_gender, strict=True)), "prompt")
        for name, by_gender in columns.items()
        if by_gender and all(sum(column) >= FEWEST for column in by_gender)
    }


def _prompted(study: Study, axis: "Axis", label: str) -> Study:
    person = f"Photo portrait of a {_NAMED[label]}"
    return replace(
        study,
        professions=spread_by_women(PROFESSIONS),
        adjectives=(None,),
        images=IMAGES,
        axes=(axis,),
        template=f"{person} working as a(n) {{adjective}} {{profession}}",
    )


def _answers(study: Study, card: "ModelCard", store: "Store") -> list[int]:
    """Return how often each label was given, then how often the instrument abstained."""
    (axis,) = study.axes
    answers = count(study, store, card).answers[axis.name].values()
    given: Counter[str | None] = Counter()
    for of_text in answers:
        for (label, _), number in of_text.items():
            given[label] += number
    return [given[label] for label in (*axis.labels, None)]
