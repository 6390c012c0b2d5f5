"""Tell what an image shows, and let only images of one person through to other questions."""

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
    """Return what an image shows, None where that is unclear.

    Several faces are several people whatever the captions say, and where there is a face somebody
    is there. A back view has no face, and the captions alone then tell that there is one person.

    Args:
        people: the answer on how many people there are, None for no answer.
        medium: the answer on whether it is a photograph, None for no answer.
        faces: how many faces were found.
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
    """Return what was perceived, refused where the image does not show one person.

    A refusal is an abstention whose reason is what the image shows instead. Grey images are
    refused to questions of tone only. An image that the gate has not seen
    yet is not classified.

    Args:
        seen: perceptions by axis name, that of the subject among them.
        axes: the questions to answer.
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
    """Return why an image is not answered for, None where it shows one person.

    Args:
        label: the gate's answer.
        reason: why the gate gave none.
        axis: the question to answer.
    """
    if label is None:
        return UNCLEAR if reason == UNSURE else reason
    if label == ONE_GREY:
        return GREY if axis.ordered else None
    return None if label == ONE else label
