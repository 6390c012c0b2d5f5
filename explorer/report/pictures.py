"""The images of one telling profession."""

from typing import TYPE_CHECKING

from explorer.errors import InvalidData
from explorer.findings.findings import Findings
from explorer.findings.sentences import finding_sentences
from explorer.models.requests import ImageRequest
from explorer.perception.axes import GENDER
from explorer.report.card import Grid, Picture
from explorer.report.stored import command
from explorer.translations import gettext as _
from explorer.words.prompts import Prompt
from explorer.words.vocabulary import known_profession

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.findings.gaps import Gap, Gaps
    from explorer.report.stored import Stored
    from explorer.store.index import Store
    from explorer.store.observations import Observation

# Of the prompt without an adjective; of each adjective, one is shown.
_PLAIN = 9


def grid(
    found: "Gaps", stored: "Stored", store: "Store", asked: str | None, year: int
) -> Grid | None:
    """Return images of the profession asked for, or of the one with the largest clear gap.

    Raises:
        InvalidData: there is no image of the profession asked for.
    """
    name, why = _chosen(found, stored, asked)
    (card,) = stored.main.models
    plain = [ImageRequest(card.spec, Prompt(name), number) for number in range(_PLAIN)]
    words = [word for word in (stored.worded.adjectives if stored.worded else ()) if word]
    worded = [ImageRequest(card.spec, Prompt(name, word), 0) for word in words]
    study = stored.main if name in stored.main.professions else stored.worded
    assert study, "the profession is of one of them"  # noqa: S101
    findings = Findings(study, store)
    pictures = [_pictures(findings.observations(card, some)) for some in (plain, worded)]
    if not any(pictures):
        return None
    told = next(
        one for one in findings.found("profession", GENDER) if one.tally.cell.profession == name
    )
    return Grid(
        profession=name,
        prompt=Prompt(name).text,
        chosen=why,
        sentences=tuple(finding_sentences(told, known_profession(name), year)),
        plain=pictures[0],
        worded=pictures[1],
    )


def thumbnails(shown: Grid | None, store: "Store") -> "Mapping[str, bytes]":
    """Return the thumbnails of a grid as WebP files, by key; those that are lost are left out."""
    keys = [one.key for one in (*shown.plain, *shown.worded)] if shown else []
    found = {}
    for key in keys:
        path = store.thumbnail_path(key)
        if path.is_file():
            found[key] = path.read_bytes()
        elif held := store.held(key):
            found[key] = held
    return found


def _chosen(found: "Gaps", stored: "Stored", asked: str | None) -> tuple[str, str]:
    every = (*stored.main.professions, *(stored.worded.professions if stored.worded else ()))
    if asked is not None:
        if asked not in every:
            (card,) = stored.main.models
            pattern = _("There is no image of {profession!r} by {model!r}. `{command}`")
            making = command("generate", "--model", card.spec.name, "--profession", asked)
            raise InvalidData(
                pattern.format(profession=asked, model=card.spec.name, command=making)
            )
        return asked, _("the profession that was asked for")
    clear = _farthest([gap for gap in found.counted if gap.clear])
    if clear:
        return clear, _("the profession with the largest clear gap")
    if farthest := _farthest(found.counted):
        return farthest, _("the profession with the largest gap, which is not clear")
    return every[0], _("the first profession that has images")


def _farthest(gaps: "Sequence[Gap]") -> str | None:
    ordered = sorted(gaps, key=lambda gap: -abs(gap.gap.estimate) if gap.gap else 0.0)
    return ordered[0].profession if ordered else None


def _pictures(seen: "Sequence[Observation]") -> tuple[Picture, ...]:
    return tuple(
        Picture(
            key=one.request.key,
            seed=one.request.seed,
            adjective=one.request.prompt.adjective,
            labels={axis: answer.label for axis, answer in one.perceptions.items()},
        )
        for one in seen
        if one.filtered is None
    )
