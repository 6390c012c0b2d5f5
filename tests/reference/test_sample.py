import subprocess
import sys
from pathlib import Path

from explorer import study as studies
from explorer.reference.design import BUNDLED
from explorer.reference.sample import SAMPLE_IMAGES, open_sample, sample_path, sample_study
from explorer.store.index import Store


def test_the_sample_holds_the_author_and_nurse_grids_of_both_generators(tmp_path: Path) -> None:
    study = sample_study("cpu")
    store = Store.open(tmp_path)
    open_sample(store, "cpu")
    assert [card.spec.name for card in study.models] == list(BUNDLED)
    assert studies.missing(study, store) == ()
    for tally in studies.tallies(study, store, "profession"):
        assert tally.asked == 21 * SAMPLE_IMAGES
        assert (tally.missing, tally.unclassified, tally.filtered) == (0, 0, 0)
    store.close()


def test_a_complete_sample_is_not_read_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    open_sample(store, "cpu")
    images = store.size().images
    request = sample_study("cpu").requests(sample_study("cpu").models[0])[0]
    written = store.image_path(request.key).stat().st_mtime_ns
    open_sample(store, "cpu")
    assert store.size().images == images
    assert store.image_path(request.key).stat().st_mtime_ns == written
    store.close()


def test_the_sample_opens_without_torch(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from explorer.store.index import Store;"
        "from explorer.reference.sample import open_sample;"
        f"open_sample(Store.open(Path({str(tmp_path)!r})), 'cpu');"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_sample_is_a_few_megabytes() -> None:
    assert sample_path().stat().st_size < 20_000_000
