"""The questions asked of an image, kept as data in axes.json."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import UnknownName

if TYPE_CHECKING:
    from explorer.perception.instruments import Instrument

# The axis that the labour statistics speak of, and its label for women.
GENDER = "gender"
FEMININE = "feminine"

# What of an entry decides about answers. Another recipe of a method is another instrument.
_DECIDES = ("labels", "templates", "threshold", "method", "recipe", "contrasts")
# The method was hashed under this name when the first images were classified.
_HASHED_AS = {"method": "reader"}


@dataclass(frozen=True, slots=True)
class Axis:
    """A question with declared answers.

    `names` holds, for each label in order, the phrases that stand for it; every phrase goes into
    every template and the embeddings are averaged (a template ensemble). `ordered` says that
    neighbouring labels are alike. `threshold` is the smallest probability that is answered, below
    it the instrument abstains and people read `abstention` ("unclear"). `digest` identifies the
    captions: it goes into every export.

    `method` is how it is answered: "captions" by a CLIP, "pixels" by measuring, "subject" by the
    gate. A method that compares no captions has no `names` and `templates`; `measures`
    names the numbers it keeps in place of probabilities, `contrasts` holds the questions that it
    puts to a CLIP to find its answer.
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
    method: str = "captions"
    measures: tuple[str, ...] = ()
    contrasts: "tuple[Axis, ...]" = ()

    @property
    def score_names(self) -> tuple[str, ...]:
        """What the scores of a perception are, in order: probabilities or measured numbers."""
        return self.measures or tuple(f"score_{label}" for label in self.labels)

    def described(self, label: str) -> str:
        """Return a label as it stands in a sentence: "feminine", "light in skin tone"."""
        # Feminine and masculine need no "in gender presentation" behind them.
        title = self.title.removeprefix("Perceived ").lower()
        return label if self.name == GENDER else f"{label} in {title}"

    def captions(self, label: str) -> tuple[str, ...]:
        """Return every caption of one label: each phrase in each template."""
        phrases = self.names[self.labels.index(label)]
        return tuple(template.format(name) for template in self.templates for name in phrases)


@dataclass(frozen=True, slots=True)
class Perception:
    """What one instrument said of one image on one axis.

    `label` is None when the instrument abstained, and `reason` then says why. `scores` are
    probabilities in the axis's label order, or the numbers that `Axis.measures` names.
    `instrument` is who said it.
    """

    image_key: str
    axis: str
    instrument: "Instrument"
    label: str | None
    reason: str | None
    scores: tuple[float, ...]


def load_axes() -> tuple[Axis, ...]:
    """Return the axes asked where none is named: gender presentation, then skin tone."""
    return tuple(axis for axis in every_axis() if axis.method == "captions")


@cache
def every_axis() -> tuple[Axis, ...]:
    """Return the declared axes in order, those first that are asked where none is named."""
    path = Path(__file__).with_name("axes.json")
    return tuple(_axis(entry) for entry in json.loads(path.read_text(encoding="utf-8")))


def find_axis(name: str) -> Axis:
    """Return the axis of that name.

    Raises:
        UnknownName: there is none; the message names the nearest.
    """
    for axis in every_axis():
        if axis.name == name:
            return axis
    raise UnknownName("axis", name, (axis.name for axis in every_axis()))


def varied(
    axis: Axis, *, templates: tuple[str, ...] | None = None, threshold: float | None = None
) -> Axis:
    """Return the same question with other templates or another threshold.

    Its digest is another, so whoever answers it is another instrument.
    """
    changed = replace(
        axis,
        templates=axis.templates if templates is None else templates,
        threshold=axis.threshold if threshold is None else threshold,
    )
    labels = dict(zip(axis.labels, map(list, axis.names), strict=True))
    asked = {
        "labels": labels,
        "templates": list(changed.templates),
        "threshold": changed.threshold,
    }
    return replace(changed, digest=_digest(asked))


def _axis(entry: dict[str, Any]) -> Axis:
    # The threshold counts: with another one, the same captions give other labels.
    asked = {_HASHED_AS.get(key, key): entry[key] for key in _DECIDES if key in entry}
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
        digest=_digest(asked),
        method=entry.get("method", "captions"),
        measures=tuple(entry.get("measures", ())),
        contrasts=tuple(map(_axis, entry.get("contrasts", ()))),
    )


def _digest(asked: dict[str, Any]) -> str:
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
