"""An instrument's errors on any model's images, from prompts that name the gender.

These images need no annotation: "a woman working as a nurse" should show a woman. A model that
ignores the prompt makes the instrument look worse than it is, so errors of this kind carry the name
of their source, "prompt".
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
# With fewer images of a gender, its error rate is too uncertain.
FEWEST = 50

_NAMED = {"feminine": "woman", "masculine": "man"}


def prompted_studies(study: Study) -> tuple[Study, ...]:
    """Return a study for each gender, with that gender in every prompt.

    Each has the models and the instrument of the given study, 30 professions, and five images of
    each. Empty if the study has no gender axis.
    """
    axis = next((axis for axis in study.axes if axis.name == GENDER), None)
    return tuple(_prompted(study, axis, label) for label in axis.labels) if axis else ()


def prompted_errors(study: Study, store: "Store") -> dict[tuple[str, str], Confusion]:
    """Return confusions of the kind "prompt" by (model name, axis name), from stored images.

    A model is left out while fewer than FEWEST images of either gender are classified.
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
    """Return the number of images with each label, then the number of abstentions."""
    (axis,) = study.axes
    answers = count(study, store, card).answers[axis.name].values()
    given: Counter[str | None] = Counter()
    for of_text in answers:
        for (label, _), number in of_text.items():
            given[label] += number
    return [given[label] for label in (*axis.labels, None)]
