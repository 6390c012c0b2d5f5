import subprocess
import sys
from pathlib import Path

import pytest

from explorer import statistics

MODULES = sorted(path.stem for path in Path(next(iter(statistics.__path__))).glob("[a-z]*.py"))
LOADED = """
import importlib, sys
importlib.import_module("explorer.statistics." + sys.argv[1])
print(*({"numpy", "scipy", "statsmodels"} & set(sys.modules)))
"""


@pytest.mark.parametrize("module", MODULES)
def test_statistics_load_no_library_when_imported(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, module], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
