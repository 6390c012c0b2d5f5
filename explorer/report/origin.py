"""Where a card's numbers come from, and the commands that make them again."""

from typing import TYPE_CHECKING

from explorer import __version__
from explorer.models.backends import settings_fields
from explorer.report.card import Model
from explorer.report.stored import command, generate_command
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.findings.findings import Findings
    from explorer.models.catalog import ModelCard
    from explorer.report.stored import Stored


def model(card: "ModelCard") -> Model:
    """Return a model as a card tells it."""
    spec = card.spec
    return Model(
        name=spec.name,
        title=card.title,
        repo=spec.repo,
        revision=spec.revision,
        settings=", ".join(
            f"{key} {value}" for key, value in settings_fields(spec.settings).items()
        ),
        description=card.described,
        bundled=card.bundled,
    )


def provenance(main: "Findings", card: "ModelCard", year: int) -> tuple[tuple[str, str], ...]:
    """Return names and values of all that the numbers depend on."""
    return tuple(_provenance(main, card, year))


def commands(
    stored: "Stored", card: "ModelCard", against: "ModelCard | None", language_model: str | None
) -> tuple[str, ...]:
    """Return the commands that generate the images and build the card again."""
    studies = dict.fromkeys(one for one in (stored.main, stored.worded) if one)
    generating = [
        generate_command(one, each) for each in (card, against) if each for one in studies
    ]
    beside = ["--against", against.spec.name] if against else []
    spoken = ["--language-model", language_model] if language_model else []
    probe = [command("pronouns", language_model)] if language_model else []
    building = command("card", card.spec.name, *beside, *spoken, "--out", "card.html")
    return (*generating, *probe, building)


def _provenance(main: "Findings", card: "ModelCard", year: int) -> "Iterator[tuple[str, str]]":
    study, (origin,) = main.study, main.origins
    spec = card.spec
    yield _("Model"), spec.repo
    yield _("Version"), spec.revision
    yield _("Settings"), model(card).settings
    yield _("Generated on"), origin.made.device or _("not known")
    yield _("Libraries"), origin.made.libraries or _("not known")
    for axis in study.axes:
        yield (
            _("Classified by ({axis})").format(axis=axis.title.lower()),
            str(origin.instruments[axis.name]),
        )
    yield _("Prompt"), study.template
    yield _("Professions"), str(len(study.professions))
    yield _("Images of each prompt"), str(study.images)
    yield (
        _("Seeds"),
        _("computed from the prompt and the number of the image, the same for every model")
        if spec.seeded
        else _("none: the service takes none"),
    )
    yield _("Labour statistics"), _("US Bureau of Labor Statistics, {year}").format(year=year)
    yield _("Bias Explorer"), __version__
