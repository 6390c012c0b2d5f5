"""Axes: the questions asked about an image, defined in axes.json."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import UnknownName
from explorer.translations import gettext as _
from explorer.translations import word

if TYPE_CHECKING:
    from explorer.perception.instruments import Instrument

# The axis of the labour statistics, and its label for women.
GENDER = "gender"
FEMININE = "feminine"

# The fields that affect answers. Another recipe of a method makes another instrument.
_DECIDES = ("labels", "templates", "threshold", "method", "recipe", "contrasts")
# Existing digests contain the method under this name.
_HASHED_AS = {"method": "reader"}


@dataclass(frozen=True, slots=True)
class Texts:
    """The English texts of an axis. `topic` is its title as it stands within a sentence."""

    title: str
    topic: str
    abstention: str
    caveat: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A question about an image with a fixed set of labels.

    `names` holds the phrases for each label, in order. Every phrase is put into every template, and
    the embeddings are averaged (a template ensemble). `ordered` means that neighbouring labels are
    similar. `threshold` is the smallest probability of an answer: below it the instrument abstains,
    which is displayed as `abstention` ("unclear"). `digest` identifies the captions in exports.

    `method` is "captions" (a CLIP compares them), "pixels" (skin is measured) or "subject" (the
    gate). A method without captions has no `names` and `templates`; `measures` names the numbers it
    keeps in place of probabilities, and `contrasts` holds the questions that a CLIP answers for it.
    """

    name: str
    texts: Texts
    labels: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    templates: tuple[str, ...]
    ordered: bool
    threshold: float
    digest: str
    method: str = "captions"
    measures: tuple[str, ...] = ()
    contrasts: "tuple[Axis, ...]" = ()

    @property
    def title(self) -> str:
        """Its title, in the language in use, as are the other texts."""
        return word("axis", self.texts.title)

    @property
    def topic(self) -> str:
        """Its title within a sentence: "skin tone"."""
        return word("axis", self.texts.topic)

    @property
    def abstention(self) -> str:
        """The word for images without an answer."""
        return word("axis", self.texts.abstention)

    @property
    def caveat(self) -> str:
        """A sentence on what its answers do not say."""
        return word("axis", self.texts.caveat)

    @property
    def score_names(self) -> tuple[str, ...]:
        """The names of a perception's scores, in order: probabilities or measurements."""
        return self.measures or tuple(f"score_{label}" for label in self.labels)

    def described(self, label: str) -> str:
        """Return a label as part of a sentence: "feminine", "light in skin tone"."""
        # "Feminine" and "several people" are clear without the name of the axis.
        if self.name == GENDER or self.contrasts:
            return self.counted(label)
        return _("{label} in {axis}").format(label=word("label", label), axis=self.topic)

    def counted(self, label: str | None) -> str:
        """Return a label as it follows a number of images; None for images without an answer."""
        text = self.texts.abstention if label is None else label
        return word("counted", text)

    def captions(self, label: str) -> tuple[str, ...]:
        """Return every caption of one label: each phrase in each template."""
        phrases = self.names[self.labels.index(label)]
        return tuple(template.format(name) for template in self.templates for name in phrases)


@dataclass(frozen=True, slots=True)
class Perception:
    """The answer of one instrument for one image on one axis.

    `label` is None if the instrument abstained; `reason` is then the reason. `scores` are
    probabilities in the axis's order of labels, or the measurements named in `Axis.measures`.
    """

    image_key: str
    axis: str
    instrument: "Instrument"
    label: str | None
    reason: str | None
    scores: tuple[float, ...]


def load_axes() -> tuple[Axis, ...]:
    """Return the default axes: gender presentation, then skin tone."""
    return tuple(axis for axis in every_axis() if axis.method == "captions")


@cache
def every_axis() -> tuple[Axis, ...]:
    """Return all axes, the default ones first."""
    path = Path(__file__).with_name("axes.json")
    return tuple(_axis(entry) for entry in json.loads(path.read_text(encoding="utf-8")))


def find_axis(name: str) -> Axis:
    """Return the axis of that name, regardless of case.

    Raises:
        UnknownName: there is none; the message suggests the nearest name.
    """
    for axis in every_axis():
        if axis.name == name.strip().casefold():
            return axis
    raise UnknownName("axis", name, (axis.name for axis in every_axis()))


def varied(
    axis: Axis, *, templates: tuple[str, ...] | None = None, threshold: float | None = None
) -> Axis:
    """Return an axis with other templates or another threshold.

    Its digest differs, so its answers are those of another instrument.
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


def _without_topic(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "topic"}


def _axis(entry: dict[str, Any]) -> Axis:
    # Includes the threshold: with another one, the same captions give other labels.
    asked = {_HASHED_AS.get(key, key): entry[key] for key in _DECIDES if key in entry}
    if "contrasts" in asked:
        # Existing digests contain them without topics, which are only for sentences.
        asked["contrasts"] = [_without_topic(one) for one in asked["contrasts"]]
    return Axis(
        name=entry["name"],
        texts=Texts(entry["title"], entry["topic"], entry["abstention"], entry["caveat"]),
        labels=tuple(entry["labels"]),
        names=tuple(tuple(names) for names in entry["labels"].values()),
        templates=tuple(entry["templates"]),
        ordered=entry["ordered"],
        threshold=entry["threshold"],
        digest=_digest(asked),
        method=entry.get("method", "captions"),
        measures=tuple(entry.get("measures", ())),
        contrasts=tuple(map(_axis, entry.get("contrasts", ()))),
    )


def _digest(asked: dict[str, Any]) -> str:
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
