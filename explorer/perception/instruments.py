"""Classifiers and instruments, with one text form and one parser for each.

A *classifier* looks at images: a CLIP that sees the whole image or only the face, a measurement of
pixels, or the gate that determines what an image shows. An *instrument* is a classifier with
everything else that affects its answers on one axis: captions and threshold, calibration, and
whether it answers only for images that pass the gate. Answers of different instruments are never
counted together.
"""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Self

from explorer.errors import InvalidData
from explorer.statistics.calibration import Scale
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.perception.axes import Axis

Method = Literal["captions", "face", "pixels", "subject"]
Detector = Literal["YuNet", "Haar"]

_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_BACKBONE = r"(?=.*\S).+"
# A text that starts like another form is not the name of a CLIP.
_CLASSIFIER = re.compile(
    rf"(?P<face>YuNet|Haar) face: (?P<clip>{_BACKBONE})"
    r"|pixels: (?:(?P<pixels>YuNet|Haar) face|lit side of emoji face)"
    rf"|subject(?: \((?P<subject>YuNet|Haar)\): (?P<reader>{_BACKBONE})|: bundled art)"
    rf"|(?!(?:YuNet|Haar) face: |pixels: |subject(?:: | \())(?P<captions>{_BACKBONE})",
    re.DOTALL,
)
_CAPTIONS = r"#(?P<captions>[0-9a-f]{8})"
_CALIBRATION = (
    rf" calibrated \(temperature (?P<temperature>{_NUMBER}), bias (?P<bias>{_NUMBER}), "
    rf"threshold (?P<threshold>{_NUMBER})\)"
)
_GATE = r" behind (?P<gate>subject(?:: bundled art| \((?:YuNet|Haar)\): .+)#[0-9a-f]{8})"
# The classifier matches lazily: the gate after it may contain a CLIP with a similar name.
_INSTRUMENT = re.compile(
    rf"(?P<classifier>.+?){_CAPTIONS}(?:{_CALIBRATION})?(?:{_GATE})?", re.DOTALL
)
_VERSION = re.compile(r"(?P<backbone>.+)@(?P<revision>[0-9a-f]{8})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ClassifierSpec:
    """Everything that identifies a classifier.

    `method` is "captions" (a CLIP sees the image), "face" (a CLIP sees only the face), "pixels"
    (skin is measured) or "subject" (the gate). `detector` finds faces; it is None without a search
    for faces, as the bundled generators place every face alike. `backbone` is the CLIP, None if no
    captions are compared. `revision` distinguishes versions with the same name; it is None for
    open_clip's own names, which mean the same weights everywhere.
    """

    method: Method
    detector: Detector | None = None
    backbone: str | None = None
    revision: str | None = None

    def __str__(self) -> str:
        """Return the text form, such as "YuNet face: emoji-clip@1a2b3c4d"."""
        backbone = f"{self.backbone}@{self.revision}" if self.revision else str(self.backbone)
        if self.method == "captions":
            return backbone
        if self.method == "face":
            return f"{self.detector} face: {backbone}"
        if self.method == "pixels":
            return f"pixels: {f'{self.detector} face' if self.detector else EMOJI_SKIN}"
        return f"subject ({self.detector}): {backbone}" if self.detector else EMOJI_SUBJECT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the classifier of a text form.

        Raises:
            InvalidData: the text is not the form of a classifier.
        """
        found = _CLASSIFIER.fullmatch(text)
        if found is None:
            raise InvalidData(_("The classifier is {text!r}. Give its name.").format(text=text))
        if found["captions"]:
            return cls("captions", None, *_versioned(found["captions"]))
        if found["face"]:
            return cls("face", _detector(found["face"]), *_versioned(found["clip"]))
        if text.startswith("pixels"):
            return cls("pixels", _detector(found["pixels"]))
        return cls("subject", _detector(found["subject"]), *_versioned(found["reader"]))


EMOJI_SKIN = "lit side of emoji face"
EMOJI_SUBJECT = "subject: bundled art"


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A recalibration of an instrument with two labels, fitted to annotations.

    `scale` converts its log odds into probabilities that are calibrated if both labels are equally
    frequent; `threshold` is the smallest probability of an answer. `annotated` is the number of
    annotated images behind both, None if only the text form is known.
    """

    scale: Scale
    threshold: float
    annotated: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """Return the text form: temperature, bias and threshold."""
        scale = f"temperature {self.scale.temperature!r}, bias {self.scale.bias:+}"
        return f"{scale}, threshold {self.threshold!r}"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A classifier for one axis with everything that affects its answers.

    `captions` are the first 8 digits of the axis's digest, which identifies captions and threshold.
    `calibration` is None for the axis's own threshold and scores. `gate` is the instrument that
    lets only images of one person pass, None if all images are answered for.
    """

    classifier: ClassifierSpec
    captions: str
    calibration: Recalibration | None = None
    gate: "Instrument | None" = None

    def __str__(self) -> str:
        """Return the text form, such as "emoji-clip@5e6f7a8b#1a2b3c4d"."""
        text = f"{self.classifier}#{self.captions}"
        if self.calibration:
            text += f" calibrated ({self.calibration})"
        return f"{text} behind {self.gate}" if self.gate else text

    @classmethod
    def of(cls, classifier: ClassifierSpec, axis: "Axis") -> "Instrument":
        """Return the instrument of a classifier and an axis, without calibration and gate."""
        return cls(classifier, axis.digest[:8])

    @property
    def stored(self) -> "Instrument":
        """The instrument whose answers are stored: the same without calibration and gate."""
        return replace(self, calibration=None, gate=None)

    @classmethod
    def parse(cls, text: str) -> "Instrument":
        """Return the instrument of a text form.

        Raises:
            InvalidData: the text is not the form of an instrument.
        """
        found = _INSTRUMENT.fullmatch(text)
        if found is None:
            raise InvalidData(
                _(
                    "The instrument is {text!r}. Write it as 'classifier#captions', as "
                    "every CSV file does."
                ).format(text=text)
            )
        classifier, gate = ClassifierSpec.parse(found["classifier"]), found["gate"]
        gate_instrument = cls.parse(gate) if gate else None
        recalibration = None
        if found["temperature"] is not None:
            scale = Scale(float(found["temperature"]), float(found["bias"]))
            recalibration = Recalibration(scale, float(found["threshold"]))
        return cls(classifier, found["captions"], recalibration, gate_instrument)


def _versioned(text: str | None) -> tuple[str | None, str | None]:
    found = _VERSION.fullmatch(text or "")
    return (found["backbone"], found["revision"]) if found else (text, None)


def _detector(text: str | None) -> Detector | None:
    return "YuNet" if text == "YuNet" else "Haar" if text == "Haar" else None
