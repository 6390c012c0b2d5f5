"""The gate: the subject of an image, and abstentions for images without exactly one person."""

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.perception.decide import UNSURE
from explorer.perception.skin import GREY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.perception.axes import Axis, Perception

SUBJECT = "subject"
ONE = "one person"
ONE_GREY = "one person in grey"
SEVERAL = "several people"
NOBODY = "no person"
NO_PHOTOGRAPH = "not a photograph"
UNCLEAR = "subject unclear"


def subject(people: str | None, medium: str | None, faces: int, *, grey: bool) -> str | None:
    """Return the subject of an image, None if it is unclear.

    Several faces mean several people, and one face at least one person, regardless of the captions.
    For people seen from behind, only the captions count.

    Args:
        people: the label on the number of people, None for an abstention.
        medium: the label on photograph or not, None for an abstention.
        faces: the number of faces found.
        grey: whether the image has no colour.
    """
    if medium == NO_PHOTOGRAPH:
        return NO_PHOTOGRAPH
    if faces > 1 or people == SEVERAL:
        return SEVERAL
    if people == ONE or faces == 1:
        return ONE_GREY if grey else ONE
    return NOBODY if people == NOBODY else None


def behind_gate(
    seen: "Mapping[str, Perception]", axes: "tuple[Axis, ...]"
) -> "dict[str, Perception]":
    """Return one image's perceptions, as abstentions if it does not show one person.

    The reason for such an abstention is the subject of the image. Grey images are refused only on
    axes of tone. Without a perception by the gate, there are none at all.

    Args:
        seen: perceptions by axis name, including the gate's.
        axes: the axes to answer.
    """
    gate = seen.get(SUBJECT)
    if gate is None:
        return {}
    return {axis.name: _behind(seen[axis.name], gate, axis) for axis in axes if axis.name in seen}


def _behind(seen: "Perception", gate: "Perception", axis: "Axis") -> "Perception":
    named = replace(seen, instrument=replace(seen.instrument, gate=gate.instrument))
    why = refusal(gate.label, gate.reason, axis)
    return replace(named, label=None, reason=why) if why else named


def refusal(label: str | None, reason: str | None, axis: "Axis") -> str | None:
    """Return the reason for refusing an image, None if it shows one person.

    Args:
        label: the gate's label.
        reason: the gate's reason for an abstention.
        axis: the axis to answer.
    """
    if label is None:
        return UNCLEAR if reason == UNSURE else reason
    if label == ONE_GREY:
        return GREY if axis.ordered else None
    return None if label == ONE else label
