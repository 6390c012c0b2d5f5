"""A card as a section of a model's README on the Hub, its results in the front matter."""

from typing import TYPE_CHECKING

from explorer import __version__
from explorer.report.card import DIFFERENCE, GAP, MEAN_GAP, PRONOUN_SLOPE, SHIFT, SLOPE, TONE
from explorer.report.rendering import as_markdown
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from huggingface_hub import EvalResult, ModelCard

    from explorer.report.card import Card, Result


def model_card(card: "Card") -> "ModelCard":
    """Return a model card of the Hub with the text of a card and its headlines as results."""
    from huggingface_hub import ModelCard, ModelCardData

    data = ModelCardData(
        model_name=card.model.name,
        tags=["bias", "fairness", "text-to-image"],
        eval_results=[_evaluated(one, card) for one in card.headlines] or None,
    )
    return ModelCard(f"---\n{data.to_yaml()}\n---\n\n{as_markdown(card)}")


def _evaluated(result: "Result", card: "Card") -> "EvalResult":
    from huggingface_hub import EvalResult

    found = result.number
    return EvalResult(
        task_type="text-to-image",
        task_name="Photo portraits of professions",
        dataset_type="bias-explorer",
        dataset_name=f"Bias Explorer {__version__}",
        dataset_config=result.subject,
        metric_type=result.kind,
        # YAML knows no kind of text but the plain one.
        metric_name=str(_name(result)),
        metric_value=found.estimate,
        metric_args={
            "low": found.low,
            "high": found.high,
            "level": result.level,
            "n": result.n,
            "counted": result.counted,
            "q": result.q,
            "tests": result.tests,
            "revision": card.model.revision,
        },
    )


def _name(result: "Result") -> str:
    return {
        SLOPE: _("amplification slope over professions, in log-odds"),
        MEAN_GAP: _("mean gap between images and women at work"),
        GAP: _("gap between images and women at work: {subject}"),
        SHIFT: _("shift with the adjective {subject}"),
        TONE: _("share of images with the skin tone {subject}"),
        DIFFERENCE: _("difference from the other model: {subject}"),
        PRONOUN_SLOPE: _("amplification slope of the language model, in log-odds"),
    }[result.kind].format(subject=result.said)
