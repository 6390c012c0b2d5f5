"""The commands that list models and generate their images."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from explorer import settings as machine
from explorer import study as studies
from explorer.cli.app import app, reference_commands
from explorer.cli.options import Asked, CacheFolder, Changed, Metered, Models, Spending, Whole
from explorer.cli.output import Output, say
from explorer.cli.progress import shown_progress
from explorer.cli.store import (
    generate_missing,
    metering,
    opened,
    refuse_unusable,
    say_other_versions,
)
from explorer.models.backends import settings_fields
from explorer.models.catalog import known_models
from explorer.models.prices import price_of
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.findings.tables import Row
    from explorer.models.catalog import ModelCard
    from explorer.store.index import Store
    from explorer.study import Study

_MODEL_COLUMNS = (
    *("model", "bundled", "width_px", "height_px", "steps", "guidance", "quality"),
    *("price_usd", "price_date", "classifier"),
)
_CHECK_COLUMNS = (
    *("model", "profession", "axis", "label"),
    *("designed_share", "generated_share", "measured_share", "measured_low", "measured_high"),
    *("corrected_share", "corrected_low", "corrected_high", "classified", "abstained"),
)


@app.command(
    name="models",
    help=_(
        "List the models that have a name.\n\n"
        "Any other model of the Hub or of a service, or a model folder, works too. Prices are in "
        "US dollars per image."
    ),
)
def list_models(*, output: Output = Output()) -> None:
    """Print the models that have a name."""
    cards = known_models(machine.load().device)
    output.write([_model_row(card) for card in cards], _MODEL_COLUMNS)


@app.command(
    help=_(
        "Generate and classify missing images.\n\n"
        "Stored images are not generated again, and a run that was stopped continues where it was. "
        "If images came to nothing (black, of one colour, or no numbers), the exit status is 1."
    )
)
def generate(
    *,
    model: Models,
    asked: Asked = Asked(),
    changed: Changed = Changed(),
    spending: Spending = Spending(),
    metered: Metered = Metered(),
    again: Annotated[
        bool, Parameter(help=_("Generate images that came to nothing once more."))
    ] = False,
    cache: CacheFolder = None,
) -> None:
    """Generate and classify the missing images of a study."""
    settings = metered.applied(spending.applied(machine.load(cache)))
    study = asked.study(changed.start(model, settings))
    with opened(settings) as store:
        if again:
            studies.forget_failed(study, store)
        try:
            say_other_versions(study, store)
            generate_missing(store, settings, study)
        except KeyboardInterrupt:
            _say_state(study, store, _("Stopped. The same command continues from there."))
            raise
        _say_state(study, store, _("See them with `tally`, `images` or `serve`."))
        refuse_unusable(store, study)


@reference_commands.command(
    name="check",
    help=_(
        "Measure models whose bias is known.\n\n"
        "The shares that are measured on the bundled models are listed beside those that they were "
        "designed to show and those that they really generate. Missing images are generated. A "
        "summary tells how far the raw and the corrected shares are off on average, and how many "
        "of the 95% intervals contain the truth. The bundled language models are scored too, and "
        "their log-odds compared with those that they were taught."
    ),
)
def check_reference(
    *,
    output: Output = Output(),
    professions: Annotated[
        Whole,
        Parameter(metavar="N", help=_("The number of professions, spread over the range.")),
    ] = 10,
    images: Annotated[Whole, Parameter(metavar="N", help=_("Images of each."))] = 200,
    metered: Metered = Metered(),
    cache: CacheFolder = None,
) -> None:
    """Print what is measured on the bundled models beside the truth."""
    from explorer.reference.check import check, summary
    from explorer.reference.pronouns import check_pronouns

    settings = metered.applied(machine.load(cache))
    bundled = tuple(card.spec.name for card in known_models(settings.device) if card.bundled)
    with opened(settings) as store, metering(settings, store) as meter, shown_progress() as show:
        rows = check(store, bundled, professions, images, settings, show, meter=meter)
    if output.write(rows, _CHECK_COLUMNS):
        print()
        told = summary(rows)
        output.write(told, tuple(told[0]) if told else ())
        print()
        taught = check_pronouns(settings)
        output.write(taught, tuple(taught[0]))


def _model_row(card: "ModelCard") -> "Row":
    own = settings_fields(card.spec.settings)
    width_px, height_px = card.spec.size_px or (None, None)
    price = price_of(card.spec)
    return {
        "model": card.spec.name,
        "title": card.title,
        "bundled": card.bundled,
        "revision": card.spec.revision,
        "scheduler": own.get("scheduler"),
        "steps": own.get("steps"),
        "guidance": own.get("guidance"),
        "quality": own.get("quality"),
        "width_px": width_px,
        "height_px": height_px,
        "price_usd": price.usd if price else None,
        "price_basis": price.basis if price else None,
        "price_source": price.source if price else None,
        "price_date": price.date if price else None,
        "classifier": card.classifier,
        "description": card.described,
    }


def _say_state(study: "Study", store: "Store", remark: str) -> None:
    here = study.size - studies.count_missing(study, store)
    state = _("{number} of {total} images are in {folder!r}.").format(
        number=here, total=study.size, folder=str(store.root)
    )
    say(f"{state} {remark}")
