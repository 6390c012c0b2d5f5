import subprocess
import sys

from explorer.torchvision_schemas import load_torchvision

_FRESH = """
from explorer.torchvision_schemas import load_torchvision
load_torchvision()
load_torchvision()
import torch, torchvision.ops, torchvision.transforms
print(torch.ops.torchvision.nms)
"""


def test_torchvision_loads_in_a_fresh_process_beside_any_torch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FRESH], capture_output=True, text=True, check=True
    )
    assert "torchvision.nms" in done.stdout


def test_loading_torchvision_twice_changes_nothing() -> None:
    load_torchvision()
    first = sys.modules["torchvision"]
    load_torchvision()
    assert sys.modules["torchvision"] is first
