"""Sentences on how varied images are, on clusters and on averages."""

from typing import TYPE_CHECKING

from explorer.findings.sentences import headline, subject
from explorer.numbers import decimal, grouped
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.findings.likeness import Diverse
    from explorer.likeness.average import Average
    from explorer.likeness.clusters import Clusters
    from explorer.perception.instruments import ClassifierSpec

# Below it, most images are as near to another cluster as to their own (Kaufman and Rousseeuw 1990).
_ARBITRARY = 0.25


def diversity_sentences(found: "Sequence[Diverse]") -> "Iterator[str]":
    """Yield the diversity of the images of each cell beside their perception, then its meaning.

    Cells of which too few images are encoded are counted.
    """
    for one in found:
        if one.score and one.distance:
            yield diverse_sentence(one.finding.tally.cell.model, one)
            yield headline(one.finding)
    yield from few_sentences(found)
    yield size_sentence()
    yield from map(encoder_sentence, dict.fromkeys(one.encoder for one in found))


def diverse_sentence(model: str, one: "Diverse") -> str:
    """Return the effective number of different images of a cell with enough of them."""
    assert one.score is not None, "asked for where there is a score"  # noqa: S101
    return _(
        "{model}: {number} images of {subject} are as varied as {score} entirely different ones "
        "(95% interval {low} to {high})."
    ).format(
        model=model,
        number=grouped(one.images),
        subject=subject(one.finding.tally.cell),
        score=decimal(one.score.estimate, 2),
        low=decimal(one.score.low, 2),
        high=decimal(one.score.high, 2),
    )


def few_sentences(found: "Sequence[Diverse]") -> "Iterator[str]":
    """Yield the number of cells with too few images for a score, if any."""
    if few := sum(1 for one in found if one.score is None):
        pattern = ngettext(
            "{number} group has fewer than 10 images with an embedding, too few for a score.",
            "{number} groups have fewer than 10 images with an embedding, too few for a score.",
            few,
        )
        yield pattern.format(number=few)


def size_sentence() -> str:
    """Return the comparison for the number, and the limits of what it says."""
    return _(
        "The number grows with the number of images: compare only sets of about the same size. A "
        "model can be balanced and still draw one face."
    )


def encoder_sentence(encoder: "ClassifierSpec | str") -> str:
    """Return whose view of likeness it is."""
    return _(
        "Likeness is that of the embeddings of {encoder}, which has biases of its own; background, "
        "colour and style count as much as a face."
    ).format(encoder=encoder)


def cluster_sentences(found: "Clusters") -> "Iterator[str]":
    """Yield the number of clusters, how it was chosen, and how clear they are."""
    images = sum(len(one.images) for one in found.clusters)
    if found.among > images:
        yield _(
            "{number} of {among} images were drawn at random (always the same ones), since more "
            "take too long."
        ).format(number=grouped(images), among=grouped(found.among))
    if found.silhouette is None:
        yield _("These images are not divided: there are too few, or one cluster was asked for.")
    else:
        pattern = (
            _("{number} clusters: of 2 to 12, the number that separates the images best.")
            if found.chosen
            else _("{number} clusters, as asked for.")
        )
        yield pattern.format(number=len(found.clusters))
        yield _silhouette(found.silhouette)
    yield _("Clusters are of pictures, not of people. Nobody is given a label.")


def _silhouette(value: float) -> str:
    pattern = (
        _("They are clear (silhouette {value}; 1 would be perfect, 0 arbitrary).")
        if value >= _ARBITRARY
        else _("They run into each other (silhouette {value}; 1 would be perfect, 0 arbitrary).")
    )
    return pattern.format(value=decimal(value, 2))


def average_sentence(made: "Average", asked: int, *, searched: bool) -> str:
    """Return the number of images in an average, and of those that were aligned.

    Args:
        made: the average.
        asked: the number of images asked for, stored or not.
        searched: whether faces were looked for.
    """
    images = made.aligned + made.as_they_are
    pattern = (
        ngettext(
            "{number} of {asked} image: {aligned} aligned by the eyes, {rest} as they are.",
            "{number} of {asked} images: {aligned} aligned by the eyes, {rest} as they are.",
            asked,
        )
        if searched
        else ngettext(
            "{number} of {asked} image, as it is.",
            "{number} of {asked} images, as they are.",
            asked,
        )
    )
    return pattern.format(number=images, asked=asked, aligned=made.aligned, rest=made.as_they_are)
