"""How the images are measured where that is not as usual, told beside the numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.classifiers.find import FACE
from explorer.page.choice import PIXELS
from explorer.perception.axes import find_axis
from explorer.perception.subject import SUBJECT
from explorer.study import wants_detector
from explorer.words.references import typed_over
from explorer.words.vocabulary import known_profession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.page.choice import Choice
    from explorer.study import Study

_FACE = (
    "The classifier is shown the one face of each image. Where there is none, or are several, "
    "there is no answer, and that reason is counted."
)
_GATE = (
    "Only images of one person are answered for. What the others show is counted as the reason "
    "why there is no answer."
)
_BUNDLED = (
    "Images by the bundled models are drawings of one person by design and are looked at for "
    "colour alone."
)
_NO_YUNET = (
    "Faces are found with OpenCV's Haar cascade, as the detector 'YuNet' is not on this machine. "
    "Classifying or drawing images fetches it where the hub can be reached; what it says is not "
    "counted with what the cascade says."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What differs from the usual way: a few words each, and in full sentences."""

    words: tuple[str, ...]
    sentences: tuple[str, ...]


def measured(choice: "Choice", study: "Study") -> Measured:
    """Tell how a study's images are measured; nothing where it is as usual."""
    return Measured(tuple(_words(choice)), tuple(_sentences(choice, study)))


def _words(choice: "Choice") -> "Iterator[str]":
    if choice.classifier == FACE:
        yield "classified by the face alone"
    if choice.tone == PIXELS:
        yield "skin tone by pixels"
    if choice.gate:
        yield "images of one person only"


def _sentences(choice: "Choice", study: "Study") -> "Iterator[str]":
    if choice.classifier == FACE:
        yield _FACE
    if choice.gate:
        bundled = all(card.bundled for card in study.models)
        yield f"{_GATE} {_BUNDLED if bundled else find_axis(SUBJECT).caveat}"
    if wants_detector(study):
        yield _NO_YUNET
    if not choice.reference:
        yield from _statistics(choice.year, study)


def _statistics(year: int, study: "Study") -> "Iterator[str]":
    if note := typed_over(year):
        yield f"Labour statistics of {year}: {note[0].lower()}{note[1:]}"
    known = known_profession(study.professions[0]) if len(study.professions) == 1 else None
    if known and known.bls_occupation and known.women_share(year) is None:
        yield f"There is no labour statistic of {known.name!r} of {year}."
