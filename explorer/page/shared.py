"""What a link to a view says of it where it is shared: a title, a description, a finding."""

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from explorer.errors import ExplorerError
from explorer.findings.findings import Findings
from explorer.findings.sentences import finding_sentences, headline_label, interval_text, look
from explorer.findings.verdicts import comparison_sentences
from explorer.models.requests import ImageRequest
from explorer.numbers import percentage
from explorer.page.choice import COMPARE, EXPLORE, address, parse
from explorer.page.events import parameters
from explorer.page.navigation import titles
from explorer.perception.axes import GENDER
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.datastructures import QueryParams

    from explorer.findings.corrected import Finding
    from explorer.models.catalog import ModelCard
    from explorer.page.choice import Choice
    from explorer.page.desk import Desk
    from explorer.statistics.intervals import Interval
    from explorer.study import Study

TITLE = "Bias Explorer"
# Whoever shares a link waits for its preview, so a larger study is not counted for it.
_MOST_IMAGES = 50_000
_PICTURES = 9
_OF_IMAGES = {"explore": EXPLORE, "compare": COMPARE}
# These begin with underscores where the Hub or Gradio adds them.
_NO_CHOICE = ("embed", "tour", "frame", "image", "view")


@dataclass(frozen=True, slots=True)
class Shared:
    """What is said of a link: `sentence` is the finding, `note` what it rests on.

    `address` is the query of the view itself, without what changes nothing in it. `share` is None
    where there is none, and `sides` are the models with their first images, by key.
    """

    title: str
    description: str
    sentence: str
    note: str = ""
    address: str = ""
    share: "Interval | None" = None
    sides: tuple[tuple[str, tuple[str, ...]], ...] = ()


def shared(desk: "Desk", view: str, query: str) -> Shared:
    """Return the words of a link; nothing is generated or downloaded for it.

    Args:
        desk: the store and the models.
        view: the name of the view.
        query: the query of its address.
    """
    asked = parameters(query)
    default = _OF_IMAGES.get(view)
    if default is not None:
        try:
            return _of_images(desk, parse(asked, default))
        except ExplorerError:
            # The view itself says what is wrong with the address.
            return _of_view(view, asked)
    return _of_view(view, asked)


def page_title(view: str) -> str:
    """Return the title of a view's window."""
    return TITLE if view == "overview" else f"{titles()[view]} - {TITLE}"


def _of_view(view: str, asked: "QueryParams") -> Shared:
    kept = [
        (name, text)
        for name, text in asked.multi_items()
        if name not in _NO_CHOICE and not name.startswith("__")
    ]
    sentence = _sentences()[view]
    return Shared(
        title=page_title(view),
        description=sentence,
        sentence=sentence,
        address=f"?{urlencode(kept)}" if kept else "",
    )


def _of_images(desk: "Desk", choice: "Choice") -> Shared:
    made = desk.study(choice)
    if len(made.professions) > 1 or made.size > _MOST_IMAGES:
        return _of_many(choice, made)
    findings = Findings(made, desk.store)
    found = findings.found("profession", GENDER)
    told = _one(found[0]) if len(made.models) == 1 else _two(findings)
    sentence, *further = told
    title = f"{_named(made)}: {sentence}"
    return Shared(
        title=title,
        description=" ".join((*further, *bundled_warning(made.models))),
        sentence=title,
        note=" ".join((*further[-1:], *bundled_warning(made.models))),
        address=address(choice),
        share=found[0].best(headline_label(found[0])) if len(made.models) == 1 else None,
        sides=tuple((card.spec.name, _keys(made, card)) for card in made.models),
    )


def _of_many(choice: "Choice", made: "Study") -> Shared:
    sentence = _("{models}, compared over {number} professions.").format(
        models=_models(made), number=len(made.professions)
    )
    note = " ".join(bundled_warning(made.models))
    return Shared(sentence, note or sentence, sentence, note, address(choice))


def _one(finding: "Finding") -> list[str]:
    """Return the share of one model in short, and the counts behind it."""
    label = headline_label(finding)
    share = finding.best(label)
    headline, *further = finding_sentences(finding)
    if share is None:
        return [headline, *further]
    short = _("{share} {look} ({interval})").format(
        share=percentage(share.estimate),
        look=look(finding.tally.axis, label),
        interval=interval_text(share),
    )
    return [short, *further]


def _two(findings: Findings) -> list[str]:
    """Return the verdict on two models, and the first difference behind it."""
    found = findings.differences("profession", GENDER)
    return list(islice(comparison_sentences(found, "profession"), 2))


def _named(made: "Study") -> str:
    profession = made.professions[0]
    return _("{Profession}, drawn by {models}").format(
        Profession=profession[:1].upper() + profession[1:], models=_models(made)
    )


def _models(made: "Study") -> str:
    return _(" and ").join(dict.fromkeys(card.spec.name for card in made.models))


def bundled_warning(cards: "Iterable[ModelCard]") -> list[str]:
    """Return the warning that belongs to every finding about the bundled models."""
    if not any(card.bundled for card in cards):
        return []
    return [_("A teaching instrument drawn from emoji, not a finding about people.")]


def _keys(made: "Study", card: "ModelCard") -> tuple[str, ...]:
    requests = (
        ImageRequest(card.spec, prompt, number)
        for prompt in made.prompts
        for number in range(made.images)
    )
    return tuple(request.key for request in islice(requests, _PICTURES))


def _sentences() -> dict[str, str]:
    """Return the purpose of each view."""
    return {
        "overview": _(
            "See how text-to-image models picture people at work, and how sure one can be."
        ),
        "explore": _("How one model pictures people in a profession: images, shares, intervals."),
        "compare": _("Two models, asked for the same pictures from the same seeds."),
        "annotate": _("Say what you see in images, and correct the classifier with it."),
        "report": _("The report card of a text-to-image model."),
        "models": _("Models that can be asked for images, and what each of them takes."),
        "method": _("How perceived gender presentation and skin tone are measured and corrected."),
        "gaps": _("Many professions beside labour statistics: does the model exaggerate?"),
        "pronouns": _("For which professions a language model expects she, he or they."),
        "footprint": _("Energy and emissions of hours of hardware, and the lifecycle of a model."),
    }
