"""Whose run goes on, and who can stop it."""

from explorer.page.runs import Runs


def test_a_visitor_stops_only_the_own_run() -> None:
    runs = Runs()
    mine, yours = runs.start("me", 1), runs.start("you", 2)
    runs.stop("me")
    assert mine.stopped()
    assert not mine.superseded()
    assert not yours.stopped()


def test_every_run_stops_when_the_server_does() -> None:
    runs = Runs()
    both = runs.start("me", 1), runs.start("you", 2)
    runs.stop_all()
    assert [run.stopped() for run in both] == [True, True]
    assert not both[0].superseded()


def test_a_new_run_silences_the_former_one() -> None:
    runs = Runs()
    former, latter = runs.start("me", 1), runs.start("me", 2)
    assert former.stopped()
    assert former.superseded()
    assert runs.latest("me") is latter


def test_a_run_that_is_over_is_forgotten() -> None:
    runs = Runs()
    run = runs.start("me", 1)
    runs.end("me", run)
    assert runs.latest("me") is None


def test_an_end_that_comes_late_leaves_the_next_run_alone() -> None:
    runs = Runs()
    former = runs.start("me", 1)
    latter = runs.start("me", 2)
    runs.end("me", former)
    assert runs.latest("me") is latter
    assert not latter.stopped()


def test_a_visitor_is_told_of_the_runs_before() -> None:
    runs = Runs()
    runs.start("you", 1)
    runs.start("me", 2)
    assert runs.others("me") == 1


def test_stopping_nothing_does_nothing() -> None:
    Runs().stop("nobody")
    Runs().supersede("nobody")
