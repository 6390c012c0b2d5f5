"""Ask a language model for what is not known of it yet, and keep every answer at once."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from explorer.pronouns.completions import complete
from explorer.pronouns.kept import Kept, find_kept, keep, require_writable
from explorer.pronouns.language import CAUSAL
from explorer.pronouns.loading import load_language_model
from explorer.pronouns.probe import score_template
from explorer.pronouns.templates import PRONOUNS, TEMPLATES, is_pronoun_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.pronouns.language import LanguageModel
    from explorer.pronouns.source import Source
    from explorer.settings import Settings

    Ask = Callable[[LanguageModel, Kept], Kept]


# Of each opening, for the view: enough to tell shares ten points apart over all openings.
COMPLETIONS = 100


@dataclass(frozen=True, slots=True)
class Questions:
    """The professions and templates to score, and the completions of each opening to sample.

    With `plain`, a chat model is asked without its template.
    """

    professions: tuple[str, ...]
    templates: tuple[str, ...] = TEMPLATES
    completions: int = 0
    plain: bool = False

    @property
    def openings(self) -> tuple[tuple[str, str], ...]:
        """Template and pronoun of every sentence that can be continued to its profession."""
        first = [one for one in self.templates if is_pronoun_first(one)]
        return tuple((one, pronoun) for one in first for pronoun in PRONOUNS)


@dataclass(frozen=True, slots=True)
class Step:
    """What is known of a model after `done` of `total` steps: a template, or an opening, each."""

    kept: Kept
    done: int
    total: int


def known(source: "Source", settings: "Settings", asked: Questions) -> Kept:
    """Return the kept answers of a model, empty if there are none."""
    chat = source.has_chat_template and not asked.plain
    found = find_kept(settings.cache, source.name, source.revision, chat=chat)
    return found or Kept(source.name, source.revision, source.kind, chat)


def run(source: "Source", settings: "Settings", asked: Questions) -> "Iterator[Step]":
    """Yield all that is known of a model, at first and after each step; the last is complete.

    The model is loaded only if something is missing, and a run that is stopped continues where it
    was.

    Args:
        source: the model.
        settings: cache, device and batch.
        asked: what to ask.

    Raises:
        InvalidData: the model does not know a word, or a template is too long.
        ModelError: the model cannot be loaded or computed.
        StoreUnwritable: the cache cannot be written.
    """
    kept = known(source, settings, asked)
    todo = steps(kept, asked)
    yield Step(kept, 0, len(todo))
    if not todo:
        return
    require_writable(settings.cache)
    model = load_language_model(source, settings, plain=asked.plain)
    for number, step in enumerate(todo):
        kept = step(model, kept)
        keep(settings.cache, kept)
        yield Step(kept, number + 1, len(todo))


def steps(kept: Kept, asked: Questions) -> "tuple[Ask, ...]":
    """Return the questions still to be asked of a model, a template or an opening each."""
    return (*_to_score(kept, asked), *_to_complete(kept, asked))


def _to_score(kept: Kept, asked: Questions) -> "Iterator[Ask]":
    for template in asked.templates:
        there = {score.profession for score in kept.of((template,), asked.professions)}
        if missing := tuple(one for one in asked.professions if one not in there):
            yield _scoring(template, missing)


def _scoring(template: str, professions: tuple[str, ...]) -> "Ask":
    def step(model: "LanguageModel", kept: Kept) -> Kept:
        found = score_template(model, template, professions)
        return replace(kept, scores=(*kept.scores, *found))

    return step


def _to_complete(kept: Kept, asked: Questions) -> "Iterator[Ask]":
    if kept.kind != CAUSAL or not asked.completions:
        return
    there = {(one.template, one.pronoun): len(one.texts) for one in kept.completions}
    for template, pronoun in asked.openings:
        if there.get((template, pronoun), 0) < asked.completions:
            yield _completing(template, pronoun, asked.completions)


def _completing(template: str, pronoun: str, number: int) -> "Ask":
    def step(model: "LanguageModel", kept: Kept) -> Kept:
        others = [
            one for one in kept.completions if (one.template, one.pronoun) != (template, pronoun)
        ]
        return replace(kept, completions=(*others, complete(model, template, pronoun, number)))

    return step
