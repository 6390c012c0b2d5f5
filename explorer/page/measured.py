"""How the images are measured where that is not the default, told beside the numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.classifiers.find import FACE
from explorer.page.choice import PIXELS
from explorer.perception.axes import find_axis
from explorer.perception.subject import SUBJECT
from explorer.study import wants_detector
from explorer.words.references import transcribed
from explorer.words.vocabulary import known_profession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.page.choice import Choice
    from explorer.study import Study

_FACE = (
    "The classifier is shown only the face in each image. Where there is none, or more than one, "
    "there is no answer, and that reason is counted."
)
_GATE = (
    "Only images of one person get an answer. What the others show is counted as the reason why "
    "they have none."
)
_BUNDLED = (
    "Images by the bundled models are emoji art of one person by design and are checked for colour "
    "alone."
)
_NO_YUNET = (
    "Faces are found with OpenCV's Haar cascade, as the detector 'YuNet' is not on this machine. "
    "It is downloaded when images are generated or classified and the Hub can be reached. Answers "
    "that rest on it are not counted together with answers that rest on the cascade."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The differences from the default: in a few words each, and in full sentences."""

    words: tuple[str, ...]
    sentences: tuple[str, ...]


def measured(choice: "Choice", study: "Study") -> Measured:
    """Return the way in which a study's images are measured; empty for the default."""
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
    if note := transcribed(year):
        yield f"Labour statistics of {year}: {note[0].lower()}{note[1:]}"
    known = known_profession(study.professions[0]) if len(study.professions) == 1 else None
    if known and known.bls_occupation and known.women_share(year) is None:
        yield f"There is no labour statistic of {known.name!r} of {year}."
