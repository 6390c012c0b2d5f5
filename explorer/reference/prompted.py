"""How an instrument errs on any model's pictures, by prompts that name the gender.

Nobody has to label these pictures: "a woman working as a nurse" should show a woman. Where the
model does not obey, its mistake is charged to the instrument, so people read "prompt-validated".
"""

from typing import TYPE_CHECKING

from explorer.perception.axes import find_axis
from explorer.reference.design import spread
from explorer.statistics.confusion import Confusion
from explorer.study import Study, observations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.pictures.catalog import ModelCard
    from explorer.store.index import Store

AXIS = "gender"
PROFESSIONS = 30
IMAGES = 5
# Fewer pictures of a gender tell too little about how often it is recognised.
FEWEST = 50

_NAMED = {"feminine": "woman", "masculine": "man"}


def prompted_studies(card: "ModelCard", classifier: str | None = None) -> tuple[Study, ...]:
    """Return a study for each label of the gender axis: 30 professions, five pictures of each.

    Args:
        card: who draws.
        classifier: who judges; the card's own if None.
    """
    axis = find_axis(AXIS)
    return tuple(
        Study(
            models=(card,),
            professions=spread(PROFESSIONS),
            images=IMAGES,
            axes=(axis,),
            template=f"Photo portrait of a {_NAMED[label]} working as a(n) "
            "{adjective} {profession}",
            classifier=classifier,
        )
        for label in axis.labels
    )


def prompted_errors(study: Study, store: "Store") -> dict[tuple[str, str], Confusion]:
    """Return confusions of the kind "prompt" by (model name, axis name), from what is stored.

    A model is left out as long as fewer than FEWEST pictures of either gender are judged.
    """
    return dict(_errors(study, store)) if any(axis.name == AXIS for axis in study.axes) else {}


def _errors(study: Study, store: "Store") -> "Iterator[tuple[tuple[str, str], Confusion]]":
    for card in study.models:
        columns = [_said(each, store) for each in prompted_studies(card, study.classifier)]
        if all(sum(column) >= FEWEST for column in columns):
            rows = tuple(zip(*columns, strict=True))
            yield (card.spec.name, AXIS), Confusion(rows, "prompt")


def _said(study: Study, store: "Store") -> list[int]:
    """Count a study's answers by label, abstentions last."""
    (card,), (axis,) = study.models, study.axes
    seen = (one.perceptions.get(axis.name) for one in observations(study, store, card))
    answers = [perception.label for perception in seen if perception is not None]
    return [answers.count(label) for label in (*axis.labels, None)]
