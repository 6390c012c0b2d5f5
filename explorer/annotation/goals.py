"""The way to corrected shares: how many annotations of a sample are still needed."""

from typing import TYPE_CHECKING

from explorer.annotation.errors import errors
from explorer.annotation.sampling import seen_of
from explorer.translations import gettext as _
from explorer.translations import ngettext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from explorer.perception.axes import Axis
    from explorer.perception.samples import Sampled
    from explorer.store.index import Store


def to_correction(
    sample: "Sequence[Sampled]", annotated: "Collection[str]", waiting: "Sequence[Sampled]"
) -> int | None:
    """Return the number of images until each of the classifier's answers has an annotated one.

    Args:
        sample: the whole sample.
        annotated: the keys of the images that anybody has annotated.
        waiting: the images that an annotator will see, in order.

    Returns:
        0 where every answer has one already, None where no image of one will be seen.
    """
    seen = {one.answer for one in sample if one.image in annotated}
    lacking = {one.answer for one in sample} - seen
    if not lacking:
        return 0
    for number, one in enumerate(waiting, start=1):
        lacking.discard(one.answer)
        if not lacking:
            return number
    return None


def goal_sentence(
    store: "Store", axis: "Axis", sample: "Sequence[Sampled]", waiting: "Sequence[Sampled]"
) -> str:
    """Return the next goal of an annotator: corrected shares, then the whole sample."""
    seen = seen_of(store, tuple(sample))
    left = to_correction(sample, {one.sampled.image for one in seen if one.said}, waiting)
    if left:
        return ngettext(
            "{number} to go until shares are corrected.",
            "{number} to go until shares are corrected.",
            left,
        ).format(number=left)
    # The reason of a refusal would tell an annotator how often the classifier agrees with them.
    refused = errors(axis, seen).refusal is not None
    if not waiting:
        return (
            _("Shares are not corrected yet; the annotation report says why.")
            if refused
            else _("Shares are corrected with these annotations.")
        )
    pattern = (
        _("{number} to go. Shares are not corrected yet; the annotation report says why.")
        if refused
        else _("Shares are corrected with these annotations. {number} to go for the whole sample.")
    )
    return pattern.format(number=len(waiting))
