"""What a visitor of the page may do: at home everything, in public what its operator allows.

Views ask here before they lay something out, and their handlers ask again.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import NotAllowed, TooLarge
from explorer.models.names import cleaned, hub_name
from explorer.numbers import grouped
from explorer.page.visitors import NOBODY
from explorer.pronouns.source import BUNDLED
from explorer.rules import Mode
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from explorer.models.catalog import ModelCard
    from explorer.page.runs import Run
    from explorer.page.visitors import Visitor
    from explorer.settings import Settings
    from explorer.study import Study

# The largest study that is shown. At home it only keeps a slip of the hand from filling the memory;
# in public it is all professions and adjectives with nine images of two models, and some words.
_HOME_IMAGES, _PUBLIC_IMAGES = 10_000_000, 60_000
_HOME_PROMPTS, _PUBLIC_PROMPTS = 100_000, 6_500


@dataclass(frozen=True, slots=True)
class Permissions:
    """The rules of one page."""

    settings: "Settings"

    @property
    def names_models(self) -> bool:
        """Whether visitors may name any model of the Hub, of a service or in a folder."""
        return not self.settings.is_public

    @property
    def uploads(self) -> bool:
        """Whether visitors may upload files."""
        return not self.settings.is_public

    @property
    def scores_language_models(self) -> bool:
        """Whether visitors may let a language model score sentences."""
        return not self.settings.is_public

    @property
    def generates(self) -> bool:
        """Whether visitors may generate images at all."""
        return self.settings.mode is not Mode.READ_ONLY

    @property
    def signs_in(self) -> bool:
        """Whether people can sign in."""
        return bool(self.settings.rules.accounts) or self.settings.rules.oauth

    @property
    def annotates(self) -> bool:
        """Whether visitors may annotate: in public, they must be able to sign in."""
        return not self.settings.is_public or (self.generates and self.signs_in)

    @property
    def draws_samples(self) -> bool:
        """Whether visitors may draw the sample anew that all annotators have."""
        return not self.settings.is_public

    @property
    def shows_annotators(self) -> bool:
        """Whether visitors may read the names of annotators."""
        return not self.settings.is_public

    def offered(self, cards: "Iterable[ModelCard]") -> "tuple[ModelCard, ...]":
        """Return the listed models that visitors may choose."""
        return tuple(card for card in cards if self._offers(card.spec.name))

    def guarded(self, find: "Callable[..., ModelCard]") -> "Callable[..., ModelCard]":
        """Return a function that finds only models which visitors may see, by the same names."""
        if self.names_models:
            return find

        def found(name: str, device: str, **given: object) -> "ModelCard":
            if not self._offers(name):
                raise NotAllowed(_no_model(name))
            return find(name, device, **given)

        return found

    def require_language_model(self, name: str) -> None:
        """Refuse a language model that visitors may not see, before anything looks for it.

        Raises:
            NotAllowed: the page is public, and its operator does not list the model.
        """
        if not self.names_models and cleaned(name).casefold() not in {*BUNDLED, *self._listed()}:
            raise NotAllowed(_no_model(name))

    def require_scoring(self) -> None:
        """Refuse to let a language model score sentences.

        Raises:
            NotAllowed: the page is public.
        """
        if not self.scores_language_models:
            raise NotAllowed(remedy())

    def require_size(self, prompts: int, images: int = 1) -> None:
        """Refuse a study that is too large, before anything of it is built.

        Args:
            prompts: the prompts of all models.
            images: the images of each.

        Raises:
            TooLarge: the message says how large, and what to choose.
        """
        public = self.settings.is_public
        most_prompts = _PUBLIC_PROMPTS if public else _HOME_PROMPTS
        most_images = _PUBLIC_IMAGES if public else _HOME_IMAGES
        if prompts > most_prompts:
            raise TooLarge(
                _(
                    "This study has {number} prompts, and this page shows {limit} at most. Choose "
                    "fewer professions or adjectives."
                ).format(number=grouped(prompts), limit=grouped(most_prompts))
            )
        if prompts * images > most_images:
            raise TooLarge(
                _(
                    "This study has {number} images, and this page shows {limit} at most. Choose "
                    "fewer professions, adjectives or images per prompt."
                ).format(number=grouped(prompts * images), limit=grouped(most_images))
            )

    def refusal(self, study: "Study", who: "Visitor | None" = None) -> str:
        """Return the reason against generating images of a study here, "" if there is none.

        Args:
            study: the study.
            who: the visitor; None to ask only whether anybody may.
        """
        if not self.generates:
            return _(
                "On this page, images are only looked at. To generate some, duplicate the Space, "
                "or run Bias Explorer at home."
            )
        if not self.settings.is_public or all(card.bundled for card in study.models):
            return ""
        if not self.signs_in:
            return _(
                "This page generates with the bundled models only. To generate with others, "
                "duplicate the Space, or run Bias Explorer at home."
            )
        if who is not None and who.login is None:
            return _("To generate with a model that is not bundled, sign in.")
        return ""

    def require_run(self, study: "Study", who: "Visitor") -> None:
        """Refuse a run.

        Raises:
            NotAllowed: the message says why, and what to do.
        """
        if reason := self.refusal(study, who):
            raise NotAllowed(reason)

    def may_stop(self, who: "Visitor", run: "Run") -> bool:
        """Return whether a visitor may end a run: in public, only the one who began it."""
        return not self.settings.is_public or (who != NOBODY and who.name == run.visitor)

    def stop_by(self, who: "Visitor") -> "Callable[[Run], bool]":
        """Return a function that tells whether a visitor may end a run."""
        return lambda run: self.may_stop(who, run)

    def annotator(self, who: "Visitor", name: str) -> str:
        """Return the name that a visitor annotates under: the login, at home any.

        Raises:
            NotAllowed: the page is public, and the visitor has not signed in.
        """
        if who.login is not None:
            return who.login
        if not self.settings.is_public:
            return name
        raise NotAllowed(_("To annotate on this page, sign in. {remedy}").format(remedy=remedy()))

    def require_samples(self) -> None:
        """Refuse to draw a sample anew.

        Raises:
            NotAllowed: the page is public.
        """
        if not self.draws_samples:
            raise NotAllowed(
                _("On a public page, nobody draws the sample anew that all annotators have.")
            )

    def _offers(self, name: str) -> bool:
        """Return whether a name is one of a listed model; nothing on this machine is looked at."""
        return self.names_models or _plain(name) in self._names()

    def _names(self) -> set[str]:
        from explorer.models.catalog import known_models

        listed = self._listed()
        known = [
            {card.spec.name.casefold(), card.title.casefold()}
            for card in known_models(self.settings.device)
            if card.bundled or {card.spec.name.casefold(), card.title.casefold()} & listed
        ]
        return listed.union(*known)

    def _listed(self) -> set[str]:
        return {name.casefold() for name in self.settings.rules.models}


def remedy() -> str:
    """Return the way to have things that a public page does not offer."""
    return _(
        "This page is open to everybody. To have this, duplicate the Space, or run Bias Explorer "
        "at home."
    )


def _no_model(name: str) -> str:
    return _(
        "{name!r:.120} is not a model of this page. It is open to everybody and shows only the "
        "bundled models and those that its operator lists. To use another one, duplicate the "
        "Space, or run Bias Explorer at home."
    ).format(name=name)


def _plain(name: str) -> str:
    """Return the name of a model as it is listed: without its settings, for an address its id."""
    text = cleaned(name)
    base = text.rpartition(" (")[0] if text.endswith(")") else text
    asked = hub_name(base or text) if "/" in base else None
    return " ".join((str(asked) if asked else base).casefold().split())
