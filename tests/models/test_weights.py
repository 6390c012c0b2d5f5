import pytest

from explorer.errors import ModelBroken
from explorer.models.weights import flat_files, loaded_files, variants

INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "safety_checker": [None, None],
}
TOKENIZER = ("tokenizer/merges.txt", "tokenizer/vocab.json")
UNET, TEXT = "unet/diffusion_pytorch_model", "text_encoder/model"


def _weights(*files: str, dtype: str = "float32") -> list[str]:
    wanted = loaded_files("a/b", (*files, *TOKENIZER), INDEX, dtype)
    return [file for file in wanted if file.endswith(".safetensors")]


@pytest.mark.parametrize(
    ("dtype", "unet", "text"),
    [("float32", "", ".fp16"), ("float16", ".fp16", ".fp16")],
)
def test_each_component_falls_back_to_the_variant_that_it_has(
    dtype: str, unet: str, text: str
) -> None:
    files = [f"{UNET}.safetensors", f"{UNET}.fp16.safetensors", f"{TEXT}.fp16.safetensors"]
    expected = sorted([f"{UNET}{unet}.safetensors", f"{TEXT}{text}.safetensors"])
    assert _weights(*files, dtype=dtype) == expected


def test_half_precision_takes_full_files_where_there_are_no_others() -> None:
    files = (f"{TEXT}.fp16.safetensors", f"{UNET}.safetensors")
    assert variants(files, INDEX, "float16") == {"unet": None, "text_encoder": "fp16"}


def test_all_shards_of_one_variant_are_loaded_however_they_are_named() -> None:
    shards = ["-00001-of-00002.fp16", "-00002-of-00002.fp16"]
    files = [f"{UNET}{shard}.safetensors" for shard in shards]
    assert _weights(*files) == files
    newer = [f"{UNET}.fp16-0000{one}-of-00002.safetensors" for one in (1, 2)]
    assert _weights(*newer) == newer


def test_what_no_pipeline_reads_is_left_out() -> None:
    files = [
        "README.md",
        "all-in-one.safetensors",
        "unet/.DS_Store",
        "unet/config.json",
        f"{UNET}.bin",
        f"{UNET}.non_ema.safetensors",
        f"{UNET}.safetensors",
        "safety_checker/model.safetensors",
        "unet/deeper/config.json",
    ]
    wanted = loaded_files("a/b", (*files, *TOKENIZER), INDEX, "float32")
    kept = {"model_index.json", "unet/config.json", f"{UNET}.safetensors", *TOKENIZER}
    assert set(wanted) == kept


@pytest.mark.parametrize("suffix", [".bin", ".ckpt", ".pkl", ".pt", ".pth", ".msgpack"])
def test_a_component_with_pickles_only_is_refused(suffix: str) -> None:
    with pytest.raises(ModelBroken, match=rf"'text_encoder' only as a \{suffix}.*run code"):
        _weights(f"{UNET}.safetensors", f"text_encoder/pytorch_model{suffix}")


def test_a_model_without_components_is_its_files_on_top() -> None:
    files = [
        "README.md",
        "config.json",
        "model.safetensors",
        "model.fp16.safetensors",
        "consolidated.safetensors",
        "pytorch_model.bin",
        "tokenizer.json",
        "chat_template.jinja",
        "onnx/model.safetensors",
    ]
    kept = {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"}
    assert set(flat_files("a/b", files)) == kept


def test_a_model_without_components_needs_safe_weights() -> None:
    with pytest.raises(ModelBroken, match=r"has the weights only as a \.bin"):
        flat_files("a/b", ["config.json", "pytorch_model.bin"])
    with pytest.raises(ModelBroken, match=r"no file model\.safetensors"):
        flat_files("a/b", ["config.json", "model.gguf"])
