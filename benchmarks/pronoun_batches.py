"""Compare batches with shared beginnings with one sentence at a time, in one run.

Scores professions with each pronoun in the templates, on a GPT-2 with random weights, and prints
how many times as fast batches are: `python -m benchmarks.pronoun_batches`. The time is that of the
processor, so that other programs do not count.
"""

import time
from typing import Annotated, Any

from cyclopts import App, Parameter

from explorer.pronouns.causal import causal_scores
from explorer.pronouns.language import CAUSAL, LanguageModel
from explorer.pronouns.loading import load_language_model
from explorer.pronouns.source import BUNDLED, find_source
from explorer.pronouns.templates import PRONOUNS, TEMPLATES, sentence
from explorer.settings import load
from explorer.words.vocabulary import load_professions

app = App(help=__doc__, help_format="plaintext", version_flags=())
Number = Annotated[int, Parameter(help="Layers, width or vocabulary of the network.")]


@app.default
def main(
    *,
    professions: int = 150,
    templates: int = 8,
    layers: Number = 4,
    width: Number = 256,
    threads: int = 1,
) -> None:
    """Print the seconds of the processor for both ways, their ratio, and how far they differ."""
    import torch

    torch.set_num_threads(threads)
    model = random_model(layers, width)
    names = [profession.name for profession in load_professions()][:professions]
    # What is imported or set up at the first call is no part of the comparison.
    list(causal_scores(model, TEMPLATES[0], names[:2]))
    one_sentence(model, sentence(TEMPLATES[0], PRONOUNS[0], names[0]).text)
    start = time.process_time()
    batched = {
        (score.template, pronoun, score.profession): value
        for template in TEMPLATES[:templates]
        for score in causal_scores(model, template, names)
        for pronoun, value in zip(PRONOUNS, score.sentence, strict=True)
    }
    middle = time.process_time()
    single = {key: one_sentence(model, sentence(*key).text) for key in batched}
    end = time.process_time()
    off = max(abs(batched[key] - single[key]) for key in batched)
    print(f"{len(batched)} sentences; batched {middle - start:.1f} s, singly {end - middle:.1f} s:")
    print(f"{(end - middle) / (middle - start):.1f} times as fast; largest difference {off:.1e}.")


def random_model(layers: int, width: int) -> LanguageModel:
    """Return a GPT-2 with random weights that reads the bundled vocabulary."""
    known = load_language_model(find_source(BUNDLED[0]), load())
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=len(known.tokenizer), n_layer=layers, n_embd=width, n_head=4, n_positions=64
    )
    network = GPT2LMHeadModel(config).eval()
    return LanguageModel("random", "0", CAUSAL, network, known.tokenizer, known.context)


def one_sentence(model: Any, text: str) -> float:
    """Return the log-probability of one sentence, the plain way."""
    import torch

    ids = [*model.context, *model.tokenizer(text, add_special_tokens=False).input_ids]
    with torch.inference_mode():
        found = model.network(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
    return float(found.gather(1, torch.tensor(ids[1:])[:, None]).sum())


if __name__ == "__main__":
    app()
