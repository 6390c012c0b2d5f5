"""Runs that are killed, and runs that meet in one cache."""

import random
import subprocess
import sys
import time
from pathlib import Path

from explorer.store.index import Store
from tests.store.generate_and_die import INSTRUMENTS, generator, missing, requests, same
from tests.store.plain_counts import check_counts

COUNT = 300
ROOT = Path(__file__).parents[2]


def start(cache: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.store.generate_and_die", str(cache), str(COUNT)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def wait_until_it_generates(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def check(cache: Path) -> set[str]:
    """Compare all that is stored with what was generated, and the counts with what is stored.

    Returns the keys of what is stored.
    """
    store = Store.open(cache)
    asked = requests(COUNT)
    to_generate = set(missing(store, asked))
    stored = [request for request in asked if request not in to_generate]
    for image in generator().generate(stored):
        assert same(store.load(image.request), image)
    assert store.size().images == len(stored)
    check_counts(cache)
    store.close()
    return {request.key for request in stored}


def test_a_run_killed_at_any_moment_goes_on_where_it_stopped(cache: Path) -> None:
    moments = random.Random(20)  # noqa: S311 - no secrets here
    before: set[str] = set()
    for _ in range(6):
        with start(cache) as process:
            wait_until_it_generates(process)
            time.sleep(moments.uniform(0.0, 0.12))
            process.kill()
        after = check(cache)
        assert before <= after, "something stored was lost"
        before = after
    with start(cache) as process:
        assert process.wait() == 0
    assert len(check(cache)) == COUNT
    store = Store.open(cache)
    lost = [store.unclassified(requests(COUNT), *instrument) for instrument in INSTRUMENTS.items()]
    assert all(len(some) <= 6 * 5 for some in lost), "at most the batch of each killed run"
    store.close()


def test_two_processes_that_generate_the_same_double_nothing(cache: Path) -> None:
    both = [start(cache), start(cache)]
    for process in both:
        with process:
            assert process.wait() == 0
    assert len(check(cache)) == COUNT
    store = Store.open(cache)
    files = list(store.images_root.glob("*/*"))
    assert len(files) == store.size().images - store.size().filtered
    assert len(store.observations(requests(COUNT), INSTRUMENTS)) == COUNT
    assert store.unclassified(requests(COUNT), "tone", INSTRUMENTS["tone"]) == ()
    store.close()


def test_processes_that_open_a_new_cache_at_once_all_succeed(cache: Path) -> None:
    code = "import sys; from pathlib import Path; from explorer.store.index import Store\n"
    code += "print('ready', flush=True); sys.stdin.read(); Store.open(Path(sys.argv[1])).close()"
    command = [sys.executable, "-c", code, str(cache)]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in processes:
        wait_until_it_generates(process)
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    for process in processes:
        assert process.stdout is not None
        process.stdout.close()
