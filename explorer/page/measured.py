"""Differences from the default way of measuring, told beside the numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.classifiers.find import FACE
from explorer.page.choice import PIXELS
from explorer.perception.axes import find_axis
from explorer.perception.subject import SUBJECT
from explorer.study import wants_detector
from explorer.translations import gettext as _
from explorer.words.references import transcribed
from explorer.words.vocabulary import known_profession

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.page.choice import Choice
    from explorer.study import Study


@dataclass(frozen=True, slots=True)
class Measured:
    """The differences from the default, in a few words each and in full sentences."""

    words: tuple[str, ...]
    sentences: tuple[str, ...]


def measured(choice: "Choice", study: "Study") -> Measured:
    """Return the way in which a study's images are measured, empty for the default."""
    return Measured(tuple(_words(choice)), tuple(_sentences(choice, study)))


def _words(choice: "Choice") -> "Iterator[str]":
    if choice.classifier == FACE:
        yield _("classified by the face alone")
    if choice.tone == PIXELS:
        yield _("skin tone by pixels")
    if choice.gate:
        yield _("images of one person only")


def _sentences(choice: "Choice", study: "Study") -> "Iterator[str]":
    if choice.classifier == FACE:
        yield _(
            "The classifier is shown only the face in each image. Where there is no face, or more "
            "than one, there is no answer, and that reason is counted."
        )
    if choice.gate:
        yield f"{_gate()} {_gate_caveat(study)}"
    if wants_detector(study):
        yield _(
            "Faces are found with OpenCV's Haar cascade, because the detector 'YuNet' is not on "
            "this machine. YuNet is downloaded when images are generated or classified, if the Hub "
            "can be reached. Answers based on YuNet are not counted together with answers based on "
            "the cascade."
        )
    if not choice.reference:
        yield from _statistics(choice.year, study)


def _gate() -> str:
    return _(
        "Only images of one person get an answer. What the others show is counted as the reason "
        "for having none."
    )


def _gate_caveat(study: "Study") -> str:
    if all(card.bundled for card in study.models):
        return _(
            "Images by the bundled models are emoji art of one person by design and are checked "
            "only for colour."
        )
    return find_axis(SUBJECT).caveat


def _statistics(year: int, study: "Study") -> "Iterator[str]":
    if note := transcribed(year):
        yield _("Labour statistics of {year}: {note}").format(
            year=year, note=f"{note[0].lower()}{note[1:]}"
        )
    known = known_profession(study.professions[0]) if len(study.professions) == 1 else None
    if known and known.bls_occupation and known.women_share(year) is None:
        yield _("There is no labour statistic for {profession!r} in {year}.").format(
            profession=known.name, year=year
        )
