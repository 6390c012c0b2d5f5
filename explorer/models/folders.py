"""Local model folders: their content, their safety, and their fingerprint."""

import hashlib
import json
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

from explorer.errors import InvalidData, ModelBroken, ModelNotFound

_PICKLES = {".bin", ".ckpt", ".msgpack", ".pkl", ".pickle", ".pt", ".pth"}


def checked_name(kind: str, name: str) -> str:
    """Return the name or path of a model or classifier unchanged.

    Raises:
        InvalidData: it has a character that neither a file nor an index can hold.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise InvalidData(
            f"The {kind} {name!r:.120} has a character that no name may have. Type the name anew; "
            "rename a folder whose name is not UTF-8."
        )
    return name


def find_folder(name: str) -> Path | None:
    """Return the absolute path of the folder of that name; None if there is or can be none."""
    # "~nobody" raises a RuntimeError, a name that is too long an OSError.
    with suppress(OSError, RuntimeError):
        folder = Path(name).expanduser().resolve()
        return folder if name and folder.is_dir() else None
    return None


def require_safe_folder(folder: Path) -> None:
    """Refuse a model folder that does not exist, has no pipeline, or has pickles only.

    Raises:
        ModelNotFound: there is no such folder.
        ModelBroken: it has no model_index.json, or a part of it has no safetensors weights.
    """
    if find_folder(str(folder)) is None:
        raise ModelNotFound(
            f"There is no folder {str(folder)!r:.200}. Give the path of a folder with a "
            "model_index.json."
        )
    if not (folder / "model_index.json").is_file():
        raise ModelBroken(
            f"The folder {str(folder)!r} contains no model_index.json, so this tool cannot "
            "generate with it. Give the folder that a diffusers pipeline was saved to."
        )
    _refuse_pickles(folder)


def native_size(folder: Path) -> int:
    """Return the width and height, in pixels, of the images that a model was trained on."""
    unet, vae = (read_config(folder / part / "config.json") for part in ("unet", "vae"))
    sample = unet.get("sample_size", 64)
    blocks = vae.get("block_out_channels", (0, 0, 0, 0))
    side = int(sample if isinstance(sample, int) else max(sample))
    return side << (len(blocks) - 1)


def read_config(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file of a model.

    Raises:
        ModelBroken: it cannot be read.
    """
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelBroken(
            f"{str(path)!r} cannot be read ({error}). Save or download the model again."
        ) from error


def fingerprint(folder: Path) -> str:
    """Return 16 hexadecimal digits that change with any file of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = [
        (str(path.relative_to(folder)), (status.st_size, status.st_mtime_ns))
        for path, status in ((path, path.stat()) for path in files)
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _refuse_pickles(folder: Path) -> None:
    for part in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        suffixes = {path.suffix for path in part.iterdir() if path.is_file()}
        pickles = suffixes & _PICKLES
        if pickles and ".safetensors" not in suffixes and part != folder:
            raise ModelBroken(
                f"The model folder {str(folder)!r} has the weights of {part.name!r} only as a "
                f"{min(pickles)} file, which can run code when it is opened. Use a "
                "version with .safetensors files, or convert it with diffusers' "
                "save_pretrained(..., safe_serialization=True)."
            )
