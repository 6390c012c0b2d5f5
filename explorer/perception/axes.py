"""The questions asked of a picture, kept as data in axes.json."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explorer.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Axis:
    """A question with declared answers.

    `names` holds, for each label in order, the phrases that stand for it; every phrase goes into
    every template and the embeddings are averaged (a template ensemble). `ordered` says that
    neighbouring labels are alike. `threshold` is the smallest probability that is answered, below
    it the instrument abstains and people read `abstention` ("unclear"). `digest` identifies the
    captions: it goes into every export.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    templates: tuple[str, ...]
    ordered: bool
    threshold: float
    abstention: str
    caveat: str
    digest: str

    def captions(self, label: str) -> tuple[str, ...]:
        """Return every caption of one label: each phrase in each template."""
        phrases = self.names[self.labels.index(label)]
        return tuple(template.format(name) for template in self.templates for name in phrases)


@dataclass(frozen=True, slots=True)
class Perception:
    """What one instrument said of one picture on one axis.

    `label` is None when the instrument abstained, and `reason` then says why. `scores` are
    probabilities in the axis's label order. `instrument` names classifier and captions,
    "emoji-clip#1a2b3c4d".
    """

    image_key: str
    axis: str
    instrument: str
    label: str | None
    reason: str | None
    scores: tuple[float, ...]


@cache
def load_axes() -> tuple[Axis, ...]:
    """Return the declared axes in order: gender presentation, then skin tone."""
    path = Path(__file__).with_name("axes.json")
    return tuple(_axis(entry) for entry in json.loads(path.read_text(encoding="utf-8")))


def find_axis(name: str) -> Axis:
    """Return the axis of that name.

    Raises:
        UnknownName: there is none; the message names the nearest.
    """
    for axis in load_axes():
        if axis.name == name:
            return axis
    raise UnknownName("axis", name, (axis.name for axis in load_axes()))


def _axis(entry: dict[str, Any]) -> Axis:
    # The threshold counts: with another one, the same captions give other labels.
    asked = {key: entry[key] for key in ("labels", "templates", "threshold")}
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return Axis(
        name=entry["name"],
        title=entry["title"],
        labels=tuple(entry["labels"]),
        names=tuple(tuple(names) for names in entry["labels"].values()),
        templates=tuple(entry["templates"]),
        ordered=entry["ordered"],
        threshold=entry["threshold"],
        abstention=entry["abstention"],
        caveat=entry["caveat"],
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
    )
