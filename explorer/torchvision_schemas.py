"""Make torchvision importable beside a CPU build of torch.

PyPI's torchvision for x86-64 Linux is built for CUDA. Beside a CPU build of torch, its compiled
part does not load. Its Python part then lacks two operator schemas, and the import fails with
"operator torchvision::nms does not exist". That makes open_clip, transformers' CLIP and diffusers
fail too. Everything used here is pure Python, so declaring the two schemas is enough.
"""

import sys
from functools import cache
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch.library import Library

_BOXES = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_SCHEMAS = (f"nms{_BOXES}", f"qnms{_BOXES}")
_lock = Lock()


def load_torchvision() -> None:
    """Import torchvision, declaring its missing operators where its compiled part cannot load.

    Call this before the first import of open_clip, transformers or diffusers, in every process. It
    changes nothing if torchvision loads natively, and a second call costs nothing.
    """
    with _lock:
        _load()


@cache
def _load() -> "Library | None":
    # The cache keeps the library alive: torch removes the schemas when it is garbage-collected.
    try:
        import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
    else:
        return None
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = _declare()
    import_module("torchvision")
    return library


def _declare() -> "Library":
    from torch.library import Library

    library = Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        library.define(schema)
    return library
