"""Plain sentences about a probe: what it found first, how it was measured last."""

from typing import TYPE_CHECKING

from explorer.findings.sentences import difference_text, is_clear
from explorer.numbers import decimal, percentage
from explorer.pronouns.beside import like_images, like_references
from explorer.pronouns.completions import particular_words, written
from explorer.pronouns.kept import find_kept
from explorer.pronouns.language import MASKED
from explorer.pronouns.loading import CHAT_REQUEST
from explorer.statistics.amplification import FEWEST
from explorer.translations import gettext as _
from explorer.translations import ngettext, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from explorer.pronouns.beside import Beside, Likeness
    from explorer.pronouns.completions import Word
    from explorer.pronouns.kept import Kept
    from explorer.pronouns.probe import Lean
    from explorer.pronouns.source import Source
    from explorer.statistics.intervals import Interval

_NAMED, _WORDS = 3, 6
# Up to this share, 0..1, of either one, she and he are about equally probable.
EVEN = 0.55
# Below this probability of all three pronouns, other words are what the model expects.
LITTLE_MASS = 0.1


def probe_sentences(
    kept: "Kept",
    rows: "Sequence[Beside]",
    generator: str | None,
    year: int,
    likeness: "Likeness | None" = None,
) -> "Iterator[str]":
    """Yield all sentences about a probe, beside the statistics and a generator's images.

    `likeness` is that of the rows with the statistics, where it is known already.
    """
    found = [row.lean for row in rows]
    yield from lean_sentences(kept.name, found)
    yield labour_sentence(likeness or like_references(rows), year)
    if generator:
        yield images_sentence(like_images(rows), generator)
    yield from care_sentences(kept, found)


def changed_sentence(source: "Source", cache: "Path") -> str | None:
    """Return the sentence that a model is another version than was asked last, None if not.

    Raises:
        InvalidData: what is kept of the model is damaged.
    """
    last = find_kept(cache, source.name)
    if last is None or find_kept(cache, source.name, source.revision):
        return None
    return _(
        "{model!r} has changed since it was asked last: it was version {old} then, and is {new} "
        "now. It is asked again; what the earlier version answered is kept apart."
    ).format(model=source.name, old=last.revision, new=source.revision)


def lean_sentences(model: str, found: "Sequence[Lean]") -> "Iterator[str]":
    """Yield the headline: for how many professions the model expects she, he, or neither more."""
    ordered = sorted(found, key=lambda lean: lean.log_odds)
    he = [lean for lean in ordered if lean.share < 1 - EVEN]
    she = [lean for lean in reversed(ordered) if lean.share > EVEN]
    yield ngettext(
        "Of {number} profession, {model} expects “she” for {she}, “he” for {he}, and both about "
        "equally ({low} to {high} she) for {even}.",
        "Of {number} professions, {model} expects “she” for {she}, “he” for {he}, and both about "
        "equally ({low} to {high} she) for {even}.",
        len(found),
    ).format(
        number=len(found),
        model=model,
        she=len(she),
        he=len(he),
        even=len(found) - len(she) - len(he),
        low=_percent(1 - EVEN),
        high=_percent(EVEN),
    )
    if she:
        yield _("Most of all she: {names}.").format(names=", ".join(map(_named, she[:_NAMED])))
    if he:
        yield _("Most of all he: {names}.").format(names=", ".join(map(_named, he[:_NAMED])))


def labour_sentence(likeness: "Likeness", year: int) -> str:
    """Return the model's lean beside the labour statistics, as a sentence."""
    if likeness.slope is None or likeness.correlation is None:
        return _(
            "Beside the labour statistics: fewer than {fewest} professions with a matching "
            "statistic are too few to compare."
        ).format(fewest=FEWEST)
    return _verdict(likeness.slope.slope).format(
        year=year,
        slope=_number(likeness.slope.slope.estimate),
        limits=_limits(likeness.slope.slope),
        r=_number(likeness.correlation.estimate),
        number=likeness.professions,
    )


def images_sentence(likeness: "Likeness", generator: str) -> str:
    """Return the model's lean beside images of a text-to-image model, as a sentence."""
    if likeness.correlation is None:
        return _(
            "Beside the images of {generator}: fewer than {fewest} of these professions have "
            "enough classified images to compare."
        ).format(generator=generator, fewest=FEWEST)
    return _(
        "Beside the images of {generator}: the two lean alike with a correlation of {r} (95% "
        "interval {limits}, over {number} professions; 1 means always the same way, 0 no relation)."
    ).format(
        generator=generator,
        r=_number(likeness.correlation.estimate),
        limits=_limits(likeness.correlation),
        number=likeness.professions,
    )


def care_sentences(kept: "Kept", found: "Sequence[Lean]") -> "Iterator[str]":
    """Yield the caveats to read before quoting: mass, they, templates, chat, method."""
    if not found:
        return
    mass = sum(lean.mass for lean in found) / len(found)
    they = sum(lean.they for lean in found) / len(found)
    pattern = (
        _(
            "Careful: she, he and they together are only {mass} probable at their place, so these "
            "are ratios of small numbers. Of the three, “they” has {they} on average."
        )
        if mass < LITTLE_MASS
        else _(
            "She, he and they together are {mass} probable at their place. Of the three, “they” "
            "has {they} on average."
        )
    )
    yield pattern.format(mass=_percent(mass), they=_percent(they))
    if templates := len(found[0].scores) - 1:
        yield _spread(found, templates + 1)
    if kept.chat:
        yield _("This is a chat model: each sentence is scored as its answer to “{asked}”.").format(
            asked=CHAT_REQUEST
        )
    yield (
        _("Measured by masking the pronoun: how probable each is in its gap.")
        if kept.kind == MASKED
        else _("Measured by the probability of the whole sentence with each pronoun.")
    )


def completion_sentences(
    kept: "Kept",
    templates: "Sequence[str]",
    professions: "Sequence[str]",
    words: "Sequence[Word] | None" = None,
) -> "Iterator[str]":
    """Yield sentences on the model's own completions after she, he and they.

    `words` are the particular words of these completions, where they are known already.
    """
    if kept.kind == MASKED:
        yield _("{model} fills gaps and does not continue a text.").format(model=kept.name)
        return
    found = kept.continued(templates)
    for one in written(found, professions):
        yield ngettext(
            "{model} continued “{pronoun}” {number} time; {named} named one of the professions and "
            "{empty} were empty.",
            "{model} continued “{pronoun}” {number} times; {named} named one of the professions "
            "and {empty} were empty.",
            one.number,
        ).format(
            model=kept.name,
            pronoun=one.pronoun,
            number=one.number,
            named=one.named,
            empty=one.empty,
        )
    if found:
        yield from _particular(particular_words(found, professions) if words is None else words)


def _particular(words: "Sequence[Word]") -> "Iterator[str]":
    held = [word for word in words if is_clear(word.q, word.difference)]
    if not held:
        yield _("No profession is clearly more frequent after “she” or after “he”.")
    for pronoun, side in (("she", held), ("he", held[::-1])):
        own = [
            _word(one)
            for one in side
            if one.difference and (one.difference.estimate > 0) == (pronoun == "she")
        ]
        if own:
            yield _("Clearly more often after “{pronoun}”: {words}.").format(
                pronoun=pronoun, words=", ".join(own[:_WORDS])
            )


def _word(found: "Word") -> str:
    assert found.difference is not None, "only tested words are told"  # noqa: S101
    return _("{profession} ({she} against {he} times, {difference})").format(
        profession=word("profession", found.profession),
        she=found.she,
        he=found.he,
        difference=difference_text(found.difference),
    )


def _named(lean: "Lean") -> str:
    return f"{word('profession', lean.profession)} ({_percent(lean.share)} she)"


def _verdict(slope: "Interval") -> str:
    if slope.low > 1:
        return _(
            "The model exaggerates the differences between professions: its log-odds change "
            "{slope} times as much as those of women's share among US workers of {year} (95% "
            "interval {limits}, 1 means equally; correlation {r}, over {number} professions)."
        )
    if slope.high < 1:
        return _(
            "The model understates the differences between professions: its log-odds change "
            "{slope} times as much as those of women's share among US workers of {year} (95% "
            "interval {limits}, 1 means equally; correlation {r}, over {number} professions)."
        )
    return _(
        "The model neither clearly exaggerates nor clearly understates the differences between "
        "professions: its log-odds change {slope} times as much as those of women's share among US "
        "workers of {year} (95% interval {limits}, 1 means equally; correlation {r}, over {number} "
        "professions)."
    )


def _spread(found: "Sequence[Lean]", templates: int) -> str:
    spreads = sorted(lean.highest - lean.lowest for lean in found)
    return _(
        "The {templates} templates disagree by {median} in the log-odds of a middling profession, "
        "and by {most} at most. That is how far the wording matters, no confidence interval."
    ).format(
        templates=templates,
        median=_number(spreads[len(spreads) // 2]),
        most=_number(spreads[-1]),
    )


def _limits(interval: "Interval") -> str:
    return _("{low} to {high}").format(low=_number(interval.low), high=_number(interval.high))


def _number(value: float) -> str:
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return decimal(round(value, 2) + 0.0, 2)


def _percent(share: float) -> str:
    return percentage(share) if share >= 0.01 or share == 0 else "<1%"  # noqa: PLR2004 - rounds to 0
