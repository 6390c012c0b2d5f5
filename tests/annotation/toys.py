"""Images that an instrument and people have looked at, made up."""

from collections.abc import Mapping, Sequence

from explorer.annotation.errors import Seen
from explorer.perception.annotations import Annotation
from explorer.perception.axes import find_axis
from explorer.perception.instruments import Instrument
from explorer.perception.samples import Sampled
from tests.fakes import FAKE_CLIP

GENDER, TONE = find_axis("gender"), find_axis("tone")
FEMININE, MASCULINE = GENDER.labels
CLIP = Instrument.of(FAKE_CLIP, GENDER)


def seen(answer: str | None, *said: str, among: int = 10, number: int = 0) -> Seen:
    """Return an image of a sample that the instrument gave this answer and people said that of."""
    scores = {FEMININE: (0.95, 0.05), MASCULINE: (0.1, 0.9), None: (0.6, 0.4)}[answer]
    return Seen(Sampled(f"{answer}-{number}", "gender", CLIP, answer, among), said, scores)


def annotations(said: Mapping[str, Sequence[str]], axis: str = "gender") -> list[Annotation]:
    """Return each annotator's annotations of the same images, in order."""
    return [
        Annotation(f"{place}", axis, annotator, label, "2026")
        for annotator, given in said.items()
        for place, label in enumerate(given)
    ]
