"""How an instrument errs on any model's images, by prompts that name the gender.

Nobody has to label these images: "a woman working as a nurse" should show a woman. Where the
model does not obey, its mistake is charged to the instrument, so people read "prompt-validated".
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.perception.axes import GENDER
from explorer.reference.design import spread
from explorer.statistics.confusion import Confusion
from explorer.study import Study, observations

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    return dict(_errors(study, store))


def _prompted(study: Study, axis: "Axis", label: str) -> Study:
    person = f"Photo portrait of a {_NAMED[label]}"
    return replace(
        study,
        professions=spread(PROFESSIONS),
        adjectives=(None,),
        images=IMAGES,
        axes=(axis,),
        template=f"{person} working as a(n) {{adjective}} {{profession}}",
    )


def _errors(study: Study, store: "Store") -> "Iterator[tuple[tuple[str, str], Confusion]]":
    asked = prompted_studies(study)
    for card in study.models if asked else ():
        columns = [_said(each, card, store) for each in asked]
        if all(sum(column) >= FEWEST for column in columns):
            rows = tuple(zip(*columns, strict=True))
            yield (card.spec.name, GENDER), Confusion(rows, "prompt")


def _said(study: Study, card: "ModelCard", store: "Store") -> list[int]:
    """Count the answers by label, abstentions last."""
    (axis,) = study.axes
    seen = (one.perceptions.get(axis.name) for one in observations(study, store, card))
    answers = [perception.label for perception in seen if perception is not None]
    return [answers.count(label) for label in (*axis.labels, None)]
