"""Annotators and groups of them, a school class for instance, who annotate the same sample."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.perception.annotations import consensus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.perception.annotations import Annotation

_SIGN = ": "


@dataclass(frozen=True, slots=True)
class Member:
    """An annotator of a group, with the number of images annotated so far."""

    name: str
    done: int


@dataclass(frozen=True, slots=True)
class Divided:
    """An image with the group's answers, each with the number of people who gave it."""

    image: str
    said: "Mapping[str, int]"


def signed(group: str, name: str) -> str:
    """Return the name that annotations of a group are stored under, "7b: Ada" for instance."""
    return f"{group}{_SIGN}{name}" if group else name


def of_group(annotations: "Iterable[Annotation]", group: str) -> "tuple[Annotation, ...]":
    """Return the annotations by the members of a group; those of everybody without a group."""
    return tuple(one for one in annotations if one.annotator.startswith(signed(group, "")))


def members(annotations: "Iterable[Annotation]", group: str) -> tuple[Member, ...]:
    """Return the members of a group who have annotated anything, by name."""
    counted = Counter(one.annotator for one in of_group(annotations, group))
    first = len(signed(group, ""))
    return tuple(Member(name[first:], done) for name, done in sorted(counted.items()))


def divided(annotations: "Sequence[Annotation]", most: int) -> tuple[Divided, ...]:
    """Return the images that annotators are most divided about, at most so many.

    The smaller the share of people who gave the most frequent answer, the more divided they are.
    """
    found: dict[str, Counter[str]] = {}
    for one in annotations:
        found.setdefault(one.image, Counter())[one.label] += 1
    several = {image: said for image, said in found.items() if len(said) > 1}
    ordered = sorted(several, key=lambda image: (_leading(several[image]), image))
    return tuple(Divided(image, dict(several[image].most_common())) for image in ordered[:most])


def agreed(
    annotations: "Iterable[Annotation]", answers: "Mapping[str, str | None]"
) -> tuple[int, int]:
    """Return on how many images the classifier gave the group's most frequent answer, and of all.

    Args:
        annotations: the group's annotations.
        answers: the classifier's answers by image, None for an abstention; images that either side
            gives no label are left out.
    """
    said: dict[str, list[str]] = {}
    for one in annotations:
        said.setdefault(one.image, []).append(one.label)
    labels = set(filter(None, answers.values()))
    both = [
        (answers[image], truth)
        for image, of_image in said.items()
        if answers.get(image) and (truth := consensus(of_image)) in labels
    ]
    return sum(answer == truth for answer, truth in both), len(both)


def _leading(said: "Counter[str]") -> float:
    return max(said.values()) / said.total()
