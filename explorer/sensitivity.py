"""Variants of a study, each with another instrument: captions, threshold or classifier."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.perception.axes import varied
from explorer.study import Study
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.perception.axes import Axis


@dataclass(frozen=True, slots=True)
class Variant:
    """A study with one change to its instrument; `kind` is the part changed, `what` the change."""

    kind: str
    what: str
    study: Study


def variants(study: Study, classifiers: "Sequence[str]" = ()) -> tuple[Variant, ...]:
    """Return a study of one axis unchanged, then with each change that can affect its shares.

    Each template is left out once. The threshold is set to the lowest possible value, where
    everything is answered, halfway to it, and halfway to 1. Each of the other classifiers replaces
    the study's own.

    Args:
        study: a study of one axis.
        classifiers: other classifiers, by name.

    Raises:
        InvalidData: the axis is not answered by captions.
    """
    (axis,) = study.axes
    if axis.method != "captions":
        raise InvalidData(
            _(
                "The axis {name!r} is not answered by captions. Ask about 'gender' or 'tone'."
            ).format(name=axis.name)
        )
    lowest = 1 / len(axis.labels)
    thresholds = (lowest, (lowest + axis.threshold) / 2, (axis.threshold + 1) / 2)
    changed = [
        *(("captions", f"without {one!r}", _without(axis, one)) for one in axis.templates),
        *(("threshold", f"{one:.2g}", varied(axis, threshold=one)) for one in thresholds),
    ]
    return (
        Variant("as asked", f"threshold {axis.threshold:g}", study),
        *(Variant(kind, what, replace(study, axes=(other,))) for kind, what, other in changed),
        *(Variant("classifier", one, replace(study, classifier=one)) for one in classifiers),
    )


def _without(axis: "Axis", template: str) -> "Axis":
    return varied(axis, templates=tuple(one for one in axis.templates if one != template))
