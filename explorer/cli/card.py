"""The command for report cards: write one, or check one against limits."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer.cli.app import app
from explorer.cli.footprint import Hardware, Where
from explorer.cli.options import CacheFolder, Changed, Year
from explorer.cli.output import say
from explorer.cli.store import opened
from explorer.errors import InvalidData, LimitExceeded, OutOfRange
from explorer.footprint.hardware import find_hardware
from explorer.numbers import grouped
from explorer.translations import gettext as _
from explorer.translations import ngettext
from explorer.words.references import checked_year
from explorer.words.vocabulary import DEFAULT_YEAR, find_profession

if TYPE_CHECKING:
    from explorer.models.catalog import ModelCard
    from explorer.report.build import Wanted
    from explorer.report.limits import Limit
    from explorer.settings import Settings


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a card tells beside the model itself."""

    against: Annotated[
        str | None, Parameter(metavar="MODEL", help=_("Another model to set beside."))
    ] = None
    language_model: Annotated[
        str | None,
        Parameter(metavar="MODEL", help=_("A language model that `pronouns` has asked.")),
    ] = None
    profession: Annotated[
        str | None,
        Parameter(
            metavar="NAME",
            help=_("The profession whose images are shown."),
            show_default=_("the one with the largest clear gap"),
        ),
    ] = None
    hardware: Hardware = None
    year: Year = DEFAULT_YEAR

    def wanted(self, where: Where, settings: "Settings") -> "Wanted":
        """Return the contents that are asked for, every name looked up."""
        from explorer.report.build import Wanted

        others = [self.against] if self.against else []
        return Wanted(
            against=next(iter(Changed().cards(others, settings)), None),
            language_model=self.language_model,
            profession=find_profession(self.profession).name if self.profession else None,
            year=checked_year(self.year),
            place=where.grid(settings),
            hardware=find_hardware(self.hardware) if self.hardware else None,
            device=settings.device,
        )


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that a model may differ; None leaves it unchecked."""

    max_gap: Annotated[
        float | None,
        Parameter(metavar="POINTS", help=_("The largest gap of any profession.")),
    ] = None
    max_mean_gap: Annotated[
        float | None, Parameter(metavar="POINTS", help=_("The largest mean of all gaps."))
    ] = None
    max_slope: Annotated[
        float | None,
        Parameter(metavar="X", help=_("The highest slope over professions; above 1 exaggerates.")),
    ] = None
    max_shift: Annotated[
        float | None,
        Parameter(metavar="POINTS", help=_("The largest change with any adjective.")),
    ] = None
    max_difference: Annotated[
        float | None,
        Parameter(metavar="POINTS", help=_("The largest difference from the other model.")),
    ] = None
    max_pronoun_slope: Annotated[
        float | None, Parameter(metavar="X", help=_("The highest slope of the language model."))
    ] = None

    @property
    def given(self) -> "list[Limit]":
        """The limits that are set.

        Raises:
            OutOfRange: one is below 0.
        """
        return [_limit(name, most) for name, most in asdict(self).items() if most is not None]


@app.command(
    name="card",
    help=_(
        "Write the report card of a model, or check one against limits.\n\n"
        "The card is built from stored results; nothing is generated. --check reads the JSON file "
        "of a card. It ends with status 1 if a result is clear and its whole interval lies beyond "
        "a limit, and names the result."
    ),
)
def write_card(
    model: Annotated[str | None, Parameter(help=_("The model."))] = None,
    /,
    *,
    out: Annotated[
        Path | None,
        Parameter(
            metavar="FILE", help=_("The file: .html, .md (a section for the Hub), .json or .pdf.")
        ),
    ] = None,
    contents: Contents = Contents(),
    where: Where = Where(),
    changed: Changed = Changed(),
    check: Annotated[
        Path | None, Parameter(metavar="FILE", help=_("Check the JSON file of a card."))
    ] = None,
    limits: Limits = Limits(),
    cache: CacheFolder = None,
) -> None:
    """Write a report card, or check one."""
    asked = limits.given
    if check is not None:
        if model is not None or out is not None:
            raise InvalidData(_("--check reads a card: leave the model and --out out."))
        _check(check, asked)
    elif asked:
        raise InvalidData(_("{option} needs --check FILE.").format(option=asked[0].option))
    elif model is None or out is None:
        raise InvalidData(_("Name a model and --out FILE, or --check FILE and limits."))
    else:
        settings = machine.load(cache)
        (card,) = changed.cards([model], settings)
        _write(card, out, contents.wanted(where, settings), settings)


def _write(card: "ModelCard", out: Path, wanted: "Wanted", settings: "Settings") -> None:
    from explorer.report.build import build
    from explorer.report.files import kind_of, require_place, write
    from explorer.report.pdf import require_chromium
    from explorer.report.pictures import thumbnails
    from explorer.report.writing import content

    kind = kind_of(out)
    require_place(out)
    if kind == "pdf":
        require_chromium()
    with opened(settings) as store:
        made = build(card, store, datetime.now(UTC).date(), wanted)
        written = content(made, kind, thumbnails(made.grid, store))
    write(out, written)
    size = -(-len(written) // 1024)
    say(_("{path}: {size} KiB").format(path=str(out), size=grouped(size)))


def _check(path: Path, limits: "list[Limit]") -> None:
    from explorer.report.files import read_card
    from explorer.report.limits import (
        exceeding,
        exceeding_sentences,
        passed_sentence,
        unchecked_sentences,
    )

    if not limits:
        raise InvalidData(_("--check needs a limit, such as --max-gap 15 or --max-slope 1.3."))
    card = read_card(path)
    for sentence in unchecked_sentences(card, limits):
        say(sentence)
    found = exceeding(card, limits)
    if not found:
        print(passed_sentence(card, limits))
        return
    print("\n".join(exceeding_sentences(found)))
    raise LimitExceeded(
        ngettext(
            "{number} result of {model!r} clearly exceeds its limit. Change the model, or the "
            "limit if it was set too low.",
            "{number} results of {model!r} clearly exceed their limits. Change the model, or the "
            "limits if they were set too low.",
            len(found),
        ).format(number=len(found), model=card.model.name)
    )


def _limit(name: str, most: float) -> "Limit":
    from explorer.report.limits import Limit

    option, kind = f"--{name.replace('_', '-')}", name.removeprefix("max_").replace("_", "-")
    # NaN fails this comparison too.
    if not most >= 0:
        pattern = _("{option} is {most!r}. Give a number from 0.")
        raise OutOfRange(pattern.format(option=option, most=most))
    return Limit(kind, most if kind.endswith("slope") else most / 100, option)
