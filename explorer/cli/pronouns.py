"""The command that asks language models about she, he and they."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.options import Asked, CacheFolder, Year
from explorer.cli.output import Output, print_sentences, say
from explorer.cli.store import opened
from explorer.errors import InvalidData
from explorer.models.catalog import find_model
from explorer.translations import gettext as _
from explorer.words.references import checked_year
from explorer.words.vocabulary import DEFAULT_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.pronouns.beside import ImageShare
    from explorer.pronouns.kept import Kept
    from explorer.pronouns.run import Questions
    from explorer.settings import Settings

_COLUMNS = (
    *("model", "profession", "log_odds", "log_odds_least", "log_odds_most"),
    *("log_odds_corrected", "she_share", "they_share", "pronoun_mass", "labour_share"),
    *("images_share", "images_classified"),
)
_WORD_COLUMNS = (
    *("model", "profession", "after_she", "after_he"),
    *("difference", "difference_low", "difference_high", "q"),
)
_MOST = 10_000


@app.command(
    name="pronouns",
    help=_(
        "Ask language models for which professions they expect she, he or they.\n\n"
        "Sentences such as “She should work as a nurse.” are scored with each pronoun. The "
        "log-odds of she against he stand beside women's share among US workers. Models are the "
        "bundled 'pronoun-skewed' and 'pronoun-even', hub ids or folders; they continue a text or "
        "fill a gap."
    ),
)
def ask_pronouns(
    *models: Annotated[str, Parameter(help=_("The language models."))],
    profession: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="NAME",
            help=_("A listed profession, or 'all' of them; repeatable."),
            show_default="all",
        ),
    ] = (),
    own_profession: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help=_("A profession that is not listed; repeatable.")),
    ] = (),
    template: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="TEXT",
            help=_("A sentence with {pronoun} and {profession}; repeatable."),
            show_default=_("eight of them"),
        ),
    ] = (),
    completions: Annotated[
        int,
        Parameter(
            metavar="N",
            validator=Number(gte=0, lte=_MOST),
            help=_(
                "Let the model continue “She should work as” N times for each pronoun and "
                "template, and list the professions it writes instead of the scores."
            ),
        ),
    ] = 0,
    images_of: Annotated[
        str | None,
        Parameter(
            name="--with",
            metavar="MODEL",
            help=_("A text-to-image model whose stored images are set beside."),
        ),
    ] = None,
    plain: Annotated[
        bool, Parameter(help=_("Score chat models without their chat template."))
    ] = False,
    year: Year = DEFAULT_YEAR,
    output: Output = Output(),
    cache: CacheFolder = None,
) -> None:
    """Print the log-odds of the pronouns, or the professions that models write by themselves."""
    from explorer.pronouns.run import Questions
    from explorer.pronouns.templates import TEMPLATES, check_pronoun_template

    if not models:
        raise InvalidData(_("No model is given. Name one, such as 'pronoun-skewed'."))
    settings = machine.load(cache)
    asked = Questions(
        professions=_professions(profession, own_profession),
        templates=tuple(map(check_pronoun_template, template)) or TEMPLATES,
        completions=completions,
        plain=plain,
    )
    checked_year(year)
    images = _images(images_of, asked, settings) if images_of else {}
    found = [_probed(name, settings, asked) for name in dict.fromkeys(models)]
    if completions:
        _show_words(found, asked, output)
    else:
        _show_scores(found, asked, output, images, images_of, year)


def _professions(listed: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    return Asked(profession=listed, own_profession=own).of_all().professions


def _images(generator: str, asked: "Questions", settings: "Settings") -> "dict[str, ImageShare]":
    from explorer.pronouns.beside import image_shares

    card = find_model(generator, settings.device, cache=settings.cache)
    with opened(settings) as store:
        return image_shares(card, asked.professions, store)


def _probed(name: str, settings: "Settings", asked: "Questions") -> "Kept":
    from explorer.pronouns.run import run
    from explorer.pronouns.source import find_source

    kept = None
    for step in run(find_source(name), settings, asked):
        kept = step.kept
        if step.done:
            pattern = _("{name}: step {done} of {total}")
            say(pattern.format(name=kept.name, done=step.done, total=step.total))
    assert kept is not None, "a run yields what is known first"  # noqa: S101
    return kept


def _show_scores(
    found: "Sequence[Kept]",
    asked: "Questions",
    output: Output,
    images: "dict[str, ImageShare]",
    generator: str | None,
    year: int,
) -> None:
    from explorer.pronouns.beside import beside
    from explorer.pronouns.probe import leans
    from explorer.pronouns.rows import lean_rows
    from explorer.pronouns.told import probe_sentences

    compared = [
        (kept, beside(leans(kept.of(asked.templates, asked.professions)), year, images))
        for kept in found
    ]
    rows = [row for kept, own in compared for row in lean_rows(kept, own, generator)]
    if output.write(rows, _COLUMNS):
        for kept, own in compared:
            print_sentences(probe_sentences(kept, own, generator, year))


def _show_words(found: "Sequence[Kept]", asked: "Questions", output: Output) -> None:
    from explorer.pronouns.rows import word_rows
    from explorer.pronouns.told import completion_sentences

    rows = [row for kept in found for row in word_rows(kept, asked.templates, asked.professions)]
    if output.write(rows, _WORD_COLUMNS):
        for kept in found:
            print_sentences(completion_sentences(kept, asked.templates, asked.professions))
