"""Load a language model with transformers, completely, safely and in float32."""

import re
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError, ModelBroken
from explorer.failures import load_failure, require_device
from explorer.log import quieten
from explorer.models.tokens import require_vocabulary
from explorer.pronouns.language import MASKED, LanguageModel
from explorer.torchvision_schemas import load_torchvision
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from explorer.pronouns.source import Source
    from explorer.settings import Settings

# What a chat model is asked; its answer is the sentence that is scored.
CHAT_REQUEST = "Write one sentence about somebody's work."
# They remark on weights, long texts and generation settings, which this tool checks itself.
_LOUD = (
    "transformers.distributed.tensor_parallel",
    "transformers.generation.configuration_utils",
    "transformers.generation.utils",
    "transformers.modeling_utils",
    "transformers.tokenization_utils_base",
)
_LAYER = re.compile(r"\.\d+\.")
_LOADING: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


def load_language_model(
    source: "Source", settings: "Settings", *, plain: bool = False
) -> LanguageModel:
    """Return a language model, ready to score; only safetensors are read, no code is run.

    Args:
        source: its files.
        settings: the device and the number of sentences at once.
        plain: score a chat model without its template.

    Raises:
        InvalidData: the installed torch cannot use the device.
        ModelError: the model does not load, or is not complete.
    """
    require_device(settings.own_device)
    load_torchvision()
    try:
        return _loaded(source, settings, chat=source.has_chat_template and not plain)
    except ExplorerError:
        raise
    except Exception as error:
        raise load_failure(source.name, error) from error


def _loaded(source: "Source", settings: "Settings", *, chat: bool) -> LanguageModel:
    from transformers import AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    # Progress and remarks of the library are no messages of ours.
    disable_progress_bar()
    quieten(_LOUD)
    tokenizer = AutoTokenizer.from_pretrained(source.folder, **_LOADING)
    network = _network(source)
    rows = network.get_input_embeddings().weight.shape[0]
    require_vocabulary(source.name, len(tokenizer), rows)
    _require_marks(source, tokenizer)
    return LanguageModel(
        name=source.name,
        revision=source.revision,
        kind=source.kind,
        network=network.to(settings.own_device).eval(),
        tokenizer=tokenizer,
        context=_context(source, tokenizer, chat=chat),
        chat=chat,
        batch=settings.batch,
    )


def _network(source: "Source") -> Any:
    """Return the network; parts that are missing would be random without a word."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

    kind = AutoModelForMaskedLM if source.kind == MASKED else AutoModelForCausalLM
    network, report = kind.from_pretrained(
        source.folder,
        dtype=torch.float32,
        use_safetensors=True,
        output_loading_info=True,
        **_LOADING,
    )
    if missing := sorted(report["missing_keys"]):
        raise ModelBroken(
            _(
                "The model {name!r} is incomplete: its weights lack {missing!r}, so it "
                "has no head, or not all of its files are there. Save or download it "
                "again, or choose a model that is marked 'Text Generation' or "
                "'Fill-Mask' on the hub."
            ).format(name=source.name, missing=missing[0])
        )
    # Heads for other tasks are left out rightly; a layer that is left out makes another model.
    if layers := sorted(filter(_LAYER.search, report["unexpected_keys"])):
        raise ModelBroken(
            _(
                "The weights of the model {name!r} do not fit its config.json, which "
                "has no place for {layers!r}. Save or download it again, or choose "
                "another model."
            ).format(name=source.name, layers=layers[0])
        )
    return network


def _require_marks(source: "Source", tokenizer: Any) -> None:
    if not tokenizer.is_fast:
        raise ModelBroken(
            _(
                "The tokenizer of the model {name!r} has no tokenizer.json, so the "
                "place of a word among its tokens is unknown. Choose a version of the "
                "model that has one."
            ).format(name=source.name)
        )
    if source.kind == MASKED and tokenizer.mask_token_id is None:
        raise ModelBroken(
            _(
                "The tokenizer of the model {name!r} has no mask, so there is no gap "
                "to fill. Save or download the model again, or choose another one."
            ).format(name=source.name)
        )


def _context(source: "Source", tokenizer: Any, *, chat: bool) -> tuple[int, ...]:
    """Return the text before the sentence: its start, or the dialogue up to the answer."""
    if source.kind == MASKED:
        return ()
    if chat:
        asked = [{"role": "user", "content": CHAT_REQUEST}]
        text = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
        return tuple(tokenizer(text, add_special_tokens=False).input_ids)
    # GPT-2 and others begin a text with the token that ends one.
    start = tokenizer.bos_token_id
    start = tokenizer.eos_token_id if start is None else start
    if start is None:
        raise ModelBroken(
            _(
                "The tokenizer of the model {name!r} has no token for the start of a "
                "text, so the first word has no probability. Choose another model."
            ).format(name=source.name)
        )
    return (start,)
