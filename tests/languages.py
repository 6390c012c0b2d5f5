"""Tiny language models of real classes, with random or given weights."""

from pathlib import Path
from typing import Any

from explorer.pronouns.language import CAUSAL, MASKED, LanguageModel
from explorer.pronouns.templates import PRONOUNS, TEMPLATES, sentence
from explorer.torchvision_schemas import load_torchvision

PROFESSIONS = ("nurse", "author", "truck driver", "customer service representative")
_SPECIAL = ("<pad>", "<begin>", "<end>", "<unknown>", "<mask>")


def words() -> tuple[str, ...]:
    """Return the words of all templates and of PROFESSIONS, in order."""
    texts = [sentence(t, p, w).text for t in TEMPLATES for p in PRONOUNS for w in PROFESSIONS]
    return (*dict.fromkeys(word for text in texts for word in text.lower()[:-1].split()), ".")


def tokenizer(*, masked: bool = False, known: tuple[str, ...] | None = None) -> Any:
    """Return a tokenizer of whole words, with both ends around the text of a masked model."""
    load_torchvision()
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: place for place, word in enumerate((*_SPECIAL, *(known or words())))}
    reader = Tokenizer(models.WordLevel(vocabulary, unk_token="<unknown>"))  # noqa: S106
    reader.normalizer, reader.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.Whitespace()
    if masked:
        ends = [("<begin>", 1), ("<end>", 2)]
        reader.post_processor = processors.TemplateProcessing("<begin> $A <end>", None, ends)
    names = ("pad_token", "bos_token", "eos_token", "unk_token", "mask_token")
    return PreTrainedTokenizerFast(
        tokenizer_object=reader, **dict(zip(names, _SPECIAL, strict=True))
    )


def causal(tokens: Any | None = None, batch: int = 32) -> LanguageModel:
    """Return a GPT-2 with random weights."""
    tokens = tokens or tokenizer()
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(5)
    config = GPT2Config(
        vocab_size=len(tokens),
        n_positions=64,
        n_embd=16,
        n_layer=2,
        n_head=2,
        initializer_range=0.5,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    network = GPT2LMHeadModel(config).eval()
    return LanguageModel("tiny", "1", CAUSAL, network, tokens, (1,), batch=batch)


def masked(batch: int = 32) -> LanguageModel:
    """Return a BERT with random weights."""
    tokens = tokenizer(masked=True)
    import torch
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(6)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.5,
        pad_token_id=0,
    )
    network = BertForMaskedLM(config).eval()
    return LanguageModel("tiny", "1", MASKED, network, tokens, batch=batch)


def saved(model: LanguageModel, folder: Path) -> Path:
    """Save a model with its tokenizer, as its makers would."""
    model.network.save_pretrained(folder)
    model.tokenizer.save_pretrained(folder)
    return folder
