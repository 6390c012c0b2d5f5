"""Where a language model is: bundled, in a folder, or on the hub, from which it is fetched."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError, InvalidData, ModelBroken, ModelNotFound, UnknownName
from explorer.failures import load_failure, unreadable
from explorer.models.catalog import known_models, weights_folder
from explorer.models.downloads import progress_bar
from explorer.models.fingerprints import flat_fingerprint
from explorer.models.folders import listed, read_config
from explorer.models.hub import model_info
from explorer.models.names import (
    FolderName,
    HubName,
    cleaned,
    folder_name,
    hub_name,
    refuse_address,
)
from explorer.models.weights import INDEX, flat_files
from explorer.pronouns.language import CAUSAL, MASKED
from explorer.torchvision_schemas import load_torchvision
from explorer.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

BUNDLED = ("pronoun-skewed", "pronoun-even")
# The heads that a configuration names as "GPT2LMHeadModel" or "BertForMaskedLM".
_HEADS = {"LMHeadModel": CAUSAL, "ForCausalLM": CAUSAL, "ForMaskedLM": MASKED}
# These names were ids of the hub before every id had an owner, and are still pasted.
_FORMER = {
    "gpt2": "openai-community/gpt2",
    "gpt2-medium": "openai-community/gpt2-medium",
    "gpt2-large": "openai-community/gpt2-large",
    "gpt2-xl": "openai-community/gpt2-xl",
    "distilgpt2": "distilbert/distilgpt2",
    "bert-base-cased": "google-bert/bert-base-cased",
    "bert-base-uncased": "google-bert/bert-base-uncased",
    "bert-large-uncased": "google-bert/bert-large-uncased",
    "distilbert-base-uncased": "distilbert/distilbert-base-uncased",
    "roberta-base": "FacebookAI/roberta-base",
    "roberta-large": "FacebookAI/roberta-large",
}
_CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a language model of a fixed version on this machine.

    `revision` is a commit of the hub, or a fingerprint of a folder; `kind` is CAUSAL or MASKED.
    """

    name: str
    revision: str
    kind: str
    folder: Path

    @property
    def has_chat_template(self) -> bool:
        """Whether it is a chat model, which answers in a dialogue."""
        config = self.folder / "tokenizer_config.json"
        told = config.is_file() and bool(read_config(config).get("chat_template"))
        own_file = (self.folder / "chat_template.jinja").is_file()
        return self.kind == CAUSAL and (told or own_file)


def find_source(name: str) -> Source:
    """Return the files of a language model, fetched from the hub if they are not here.

    Args:
        name: the name of a bundled model, a folder, or what people paste of the hub.

    Raises:
        UnknownName: there is no such model.
        InvalidData: it is a model that generates images.
        ModelNotFound: there is no such folder or hub id.
        ModelAccessDenied: the hub requires a token or the acceptance of a licence.
        ModelUnreachable: the model is not on this machine and the hub does not respond.
        ModelBroken: it has no head, only pickles, or needs code that comes with it.
    """
    asked = _asked(name)
    return _of_hub(asked) if isinstance(asked, HubName) else _of_folder(language_name(name), asked)


def language_name(name: str) -> str:
    """Return the name under which a model is kept, for what people paste; nothing is fetched.

    Raises:
        UnknownName, InvalidData, ModelNotFound: as `find_source`.
    """
    text, asked = cleaned(name), _asked(name)
    if isinstance(asked, HubName):
        return str(asked)
    return text.casefold() if text.casefold() in BUNDLED else text


def folder_revision(name: str) -> str | None:
    """Return the version of a model in a folder, None for one of the hub; nothing is fetched.

    Raises:
        InputError, ModelError: as `find_source`.
    """
    asked = _asked(name)
    return None if isinstance(asked, HubName) else _of_folder(cleaned(name), asked).revision


def _asked(name: str) -> FolderName | HubName:
    text = cleaned(name)
    if text.casefold() in BUNDLED:
        return FolderName(weights_folder(text.casefold()))
    if found := folder_name(text) or hub_name(_FORMER.get(text.casefold(), text)):
        return found
    refuse_address(text)
    _refuse_generator(text)
    raise UnknownName(
        "language model",
        name,
        (*BUNDLED, *_FORMER),
        "A hub id such as 'openai-community/gpt2' and the path of a model folder work too.",
    )


def _refuse_generator(text: str) -> None:
    names = {name.casefold() for card in known_models() for name in (card.spec.name, card.title)}
    if text.casefold() in names:
        raise InvalidData(
            _(
                "{text!r} generates images. Give a language model, such as {bundled!r} "
                "or 'openai-community/gpt2'."
            ).format(text=text, bundled=BUNDLED[0])
        )


def _of_folder(name: str, asked: FolderName) -> Source:
    folder = asked.path
    if not folder.is_dir():
        raise ModelNotFound(
            _("There is no folder {folder!r}. Give the path of a folder with a {config}.").format(
                folder=str(folder), config=_CONFIG
            )
        )
    try:
        kind = _kind(name, folder, listed(folder))
        found = flat_fingerprint(folder)
    except OSError as error:
        raise unreadable(error.filename or folder, error) from error
    if asked.revision not in {None, found}:
        raise ModelBroken(
            _(
                "{name!r} stands for an earlier version of the folder. Give {folder!r} "
                "to score what it holds now."
            ).format(name=name, folder=str(folder))
        )
    return Source(name, found, kind, folder)


def _of_hub(asked: HubName) -> Source:
    """Return a model of the hub at its commit; what is here already serves without the hub."""
    here = _local(asked)
    if asked.pinned and here:
        return here
    try:
        return _fetched(asked, model_info(asked.repo, asked.revision))
    except ExplorerError:
        raise
    except Exception as error:
        failure = load_failure(str(asked), error, asked.repo)
        if here and not isinstance(failure, ModelNotFound):
            return here
        raise failure from error


def _fetched(asked: HubName, found: Any) -> Source:
    from huggingface_hub import hf_hub_download, snapshot_download

    files = [file.rfilename for file in found.siblings or ()]
    _require_config(str(asked), files)
    # Asked by its own name, the client remembers the commit for the time when the hub is away.
    config = Path(hf_hub_download(asked.repo, _CONFIG, revision=asked.revision))
    commit, kind = config.parent.name, _kind(str(asked), config.parent, files)
    wanted = list(flat_files(str(asked), files))
    folder = snapshot_download(
        asked.repo, revision=commit, allow_patterns=wanted, tqdm_class=progress_bar()
    )
    return Source(str(asked), commit, kind, Path(folder))


def _local(asked: HubName) -> Source | None:
    """Return the version that the hub's local cache holds, None if its weights are not there."""
    from huggingface_hub import try_to_load_from_cache

    path = try_to_load_from_cache(asked.repo, _CONFIG, revision=asked.revision or "main")
    if not isinstance(path, str):
        return None
    folder = Path(path).parent
    try:
        return Source(str(asked), folder.name, _kind(str(asked), folder, listed(folder)), folder)
    except ModelBroken:
        return None


def _kind(name: str, folder: Path, files: "Collection[str]") -> str:
    """Return CAUSAL or MASKED for a model that can be loaded safely; its configuration is read."""
    _require_config(name, files)
    config = read_config(folder / _CONFIG)
    _refuse_own_code(name, config)
    head = str((config.get("architectures") or [None])[0])
    kind = next((kind for ending, kind in _HEADS.items() if head.endswith(ending)), None)
    if kind is None:
        raise ModelBroken(
            _(
                "The model {name!r} is a {head!r}, which has no head that continues a "
                "text or fills a gap. Choose a model that is marked 'Text Generation' "
                "or 'Fill-Mask' on the hub."
            ).format(name=name, head=head)
        )
    flat_files(name, files)
    return kind


def _require_config(name: str, files: "Collection[str]") -> None:
    if INDEX in files:
        raise ModelBroken(
            _(
                "The model {name!r} generates images. Choose a model that is marked "
                "'Text Generation' or 'Fill-Mask' on the hub."
            ).format(name=name)
        )
    if _CONFIG not in files:
        found = (
            "an adapter, which is only the change to another model"
            if "adapter_config.json" in files
            else "single files of weights, or no language model"
        )
        raise ModelBroken(
            _(
                "The model {name!r} has no {config}, so it cannot be loaded: it holds "
                "{found}. Choose a model that is marked 'Transformers' on the hub."
            ).format(name=name, config=_CONFIG, found=found)
        )


def _refuse_own_code(name: str, config: "Mapping[str, Any]") -> None:
    if "auto_map" in config and not _is_known(str(config.get("model_type"))):
        raise ModelBroken(
            _(
                "The model {name!r} needs code that comes with it, which this tool "
                "never runs. Choose a model that the library transformers knows."
            ).format(name=name)
        )
    if "quantization_config" in config:
        raise ModelBroken(
            _(
                "The weights of the model {name!r} are quantised, which changes what "
                "is measured. Choose the version that it was made from."
            ).format(name=name)
        )


def _is_known(model_type: str) -> bool:
    load_torchvision()
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    return model_type in CONFIG_MAPPING_NAMES
