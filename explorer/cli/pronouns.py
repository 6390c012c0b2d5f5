"""The command that asks language models about she, he and they."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.options import Asked, CacheFolder, Whole, Year
from explorer.cli.output import FindingsOutput, print_sentences, say
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
        Whole,
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
    output: FindingsOutput = FindingsOutput(),
    cache: CacheFolder = None,
) -> None:
    """Print the log-odds of the pronouns, or the professions that models write by themselves."""
    from explorer.pronouns.run import Questions
    from explorer.pronouns.templates import TEMPLATES, check_pronoun_template

    if not models:
        raise InvalidData(_("No model is given. Name one, such as 'pronoun-skewed'."))
    settings = machine.load(cache)
    professions = _professions(profession, own_profession)
    templates = tuple(map(check_pronoun_template, template)) or TEMPLATES
    checked_year(year)
    if completions:
        asked = Questions((), templates, completions, plain)
        _require_continuable(asked, images_of)
        _show_words(_probed(models, settings, asked), templates, professions, output)
    else:
        asked = Questions(professions, templates, plain=plain)
        images = _images(images_of, professions, settings) if images_of else {}
        _show_scores(_probed(models, settings, asked), asked, output, images, images_of, year)


def _professions(listed: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    return Asked(profession=listed, own_profession=own).of_all().professions


def _require_continuable(asked: "Questions", images_of: str | None) -> None:
    if images_of:
        raise InvalidData(_("--with sets images beside scores. Leave it or --completions out."))
    if not asked.openings:
        from explorer.pronouns.templates import TEMPLATES

        raise InvalidData(
            _(
                "In none of the templates a profession follows on the pronoun, so there is nothing "
                "to continue. Give one such as {template!r}."
            ).format(template=TEMPLATES[0])
        )


def _images(
    generator: str, professions: tuple[str, ...], settings: "Settings"
) -> "dict[str, ImageShare]":
    from explorer.pronouns.beside import image_shares

    card = find_model(generator, settings.device, cache=settings.cache)
    with opened(settings) as store:
        return image_shares(card, professions, store)


def _probed(
    models: tuple[str, ...], settings: "Settings", asked: "Questions"
) -> "tuple[Kept, ...]":
    return tuple(_asked(name, settings, asked) for name in dict.fromkeys(models))


def _asked(name: str, settings: "Settings", asked: "Questions") -> "Kept":
    from explorer.pronouns.run import run
    from explorer.pronouns.source import find_source
    from explorer.pronouns.told import changed_sentence

    kept, source = None, find_source(name)
    if changed := changed_sentence(source, settings.cache):
        say(changed)
    for step in run(source, settings, asked):
        kept = step.kept
        if step.done:
            pattern = _("{name}: step {done} of {total}")
            say(pattern.format(name=kept.name, done=step.done, total=step.total))
    assert kept is not None, "a run yields what is known first"  # noqa: S101
    return kept


def _show_scores(
    found: "Sequence[Kept]",
    asked: "Questions",
    output: FindingsOutput,
    images: "dict[str, ImageShare]",
    generator: str | None,
    year: int,
) -> None:
    from explorer.pronouns.beside import beside
    from explorer.pronouns.probe import leans
    from explorer.pronouns.rows import lean_rows, readable_lean
    from explorer.pronouns.told import probe_sentences

    compared = [
        (kept, beside(leans(kept.of(asked.templates, asked.professions)), year, images))
        for kept in found
    ]
    rows = [row for kept, own in compared for row in lean_rows(kept, own, generator)]
    if output.write_findings(rows, _COLUMNS, readable_lean):
        for kept, own in compared:
            print_sentences(probe_sentences(kept, own, generator, year))


def _show_words(
    found: "Sequence[Kept]",
    templates: tuple[str, ...],
    professions: tuple[str, ...],
    output: FindingsOutput,
) -> None:
    from explorer.pronouns.rows import WORD_COLUMNS, readable_word, word_rows
    from explorer.pronouns.told import completion_sentences

    rows = [row for kept in found for row in word_rows(kept, templates, professions)]
    if output.write_findings(rows, _WORD_COLUMNS, readable_word, WORD_COLUMNS):
        for kept in found:
            print_sentences(completion_sentences(kept, templates, professions))
