"""Where jobs run: a pool of processes, and dask; what a job or a worker that fails costs."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool

import jobs
import pytest
from small_class import (
    SECRET,
    chainrule,
    command,
    counted,
    grade_here,
    hand_in,
    nothing_left_behind,
    reproducible,
    sleepy_class,
    until,
    workers_of,
    write_course,
)

from autograder.classroom import executors
from autograder.classroom.executors import AHEAD, Local

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a class is graded on Linux")
STUDENTS = 6


@pytest.fixture
def pool():
    with nothing_left_behind():
        pool = Local(2)
        yield pool
        pool.close()


def done(executor, work, given):
    return dict(executor.run(work, given))


def test_every_job_is_done_once(pool):
    assert sorted(pool.run(jobs.double, range(30))) == [(number, 2 * number) for number in range(30)]
    assert sorted(pool.run(jobs.double, range(3))) == [(0, 0), (1, 2), (2, 4)]  # and there may be more
    assert list(pool.run(jobs.double, [])) == []


def test_jobs_go_to_as_many_processes_as_were_asked_for(pool):
    assert len(set(done(pool, jobs.process_of, range(20)).values())) <= 2
    assert os.getpid() not in done(pool, jobs.process_of, range(4)).values()


def test_a_job_that_raises_costs_no_other(pool):
    results = done(pool, jobs.odd_ones_raise, range(10))
    for number, result in results.items():
        if number % 2:
            assert isinstance(result, ValueError)
            assert str(result) == f"{number} is odd"
        else:
            assert result == 2 * number
    assert set(results) == set(range(10))


def test_a_result_that_cannot_be_sent_costs_no_other(pool):
    assert all(isinstance(result, Exception) for result in done(pool, jobs.cannot_be_sent, range(3)).values())
    assert done(pool, jobs.double, [4]) == {4: 8}


def test_a_job_whose_worker_is_killed_is_done_again(pool, tmp_path):
    given = [(number, str(tmp_path / str(number)) if number in (0, 5, 6, 19) else "") for number in range(20)]
    assert done(pool, jobs.kills_its_worker_once, given) == {job: 2 * job[0] for job in given}


def test_a_job_that_always_kills_its_worker_is_given_up_alone(pool):
    results = done(pool, jobs.seven_kills_its_worker, range(20))
    assert isinstance(results.pop(7), BrokenProcessPool)
    assert results == {number: 2 * number for number in range(20) if number != 7}


def test_workers_that_are_killed_between_jobs_are_replaced(pool):
    assert done(pool, jobs.double, range(4)) == {number: 2 * number for number in range(4)}
    for worker in list(pool.pool._processes):
        os.kill(worker, signal.SIGKILL)
    until(lambda: pool.pool._broken)
    assert done(pool, jobs.double, range(4)) == {number: 2 * number for number in range(4)}


def test_jobs_are_taken_as_there_is_room_for_them(pool):
    taken, finished, most = [], 0, 0

    def given():
        for number in range(100):
            taken.append(number)
            yield number

    for _ in pool.run(jobs.double, given()):
        finished += 1
        most = max(most, len(taken) - finished)
    assert finished == 100
    assert most <= 2 * AHEAD


def test_who_stops_listening_leaves_nothing_behind():
    with nothing_left_behind():
        pool = Local(2)
        next(pool.run(jobs.slowly, range(20)))
        began = time.monotonic()
        pool.close()
        assert time.monotonic() - began < 5
        pool.close()  # a second time does nothing


def test_each_worker_uses_one_core(monkeypatch):
    for name in executors.ONE_THREAD:
        monkeypatch.setenv(name, "7")
    pool = executors.executor(None, 1)
    try:
        assert done(pool, jobs.threads, [0]) == {0: ["1", "1"]}
    finally:
        pool.close()


def test_a_worker_that_cannot_grade_is_a_grader_error_in_the_record(tmp_path):
    course = write_course(tmp_path / "course")
    hand_in(tmp_path / "class", "ada", tiny="")
    (tmp_path / "course" / "solutions" / "tiny" / "tiny.py").write_text("1 // 0")
    (record,) = grade_here(course, tmp_path / "class", tmp_path / "out")
    (exercise,) = record["units"][1]["exercises"]
    assert exercise["status"] == "grader error"
    assert record["earned"] == 0


# dask


@pytest.fixture(scope="module")
def distributed():
    """Whether dask is there; in continuous integration it must be."""
    if importlib.util.find_spec("distributed") is None:
        (pytest.fail if os.environ.get("CHAINRULE_CI") else pytest.skip)('needs dask: pip install "chainrule[dask]"')


@pytest.fixture(scope="module")
def sleepy(tmp_path_factory):
    """A course, a class that takes a moment each, and its grades by the local pool."""
    folder = tmp_path_factory.mktemp("dask")
    root = write_course(folder / "course").root
    sleepy_class(folder / "class", STUDENTS)
    (folder / "secret").write_text(SECRET)
    grade = ("grade", folder / "class", "--seed-file", folder / "secret", "--jobs", 2)
    assert chainrule(*grade, "--out", folder / "local", cwd=root).returncode == 0
    return root, grade, reproducible(folder / "local")


@pytest.mark.parametrize("victim", ["nobody", "a worker", "the command", "Ctrl-C"])
def test_dask_gives_the_same_grades(distributed, sleepy, tmp_path, victim):
    root, grade, expected = sleepy
    out = tmp_path / "out"
    with nothing_left_behind(), (tmp_path / "printed").open("w") as printed:
        process = subprocess.Popen(
            command(*grade, "--out", out, "--scheduler", "local"), cwd=root, stdout=printed, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            if victim != "nobody":
                until(lambda: list((out / "records").glob("*.json")))
            if victim == "Ctrl-C":
                os.killpg(process.pid, signal.SIGINT)
            elif victim != "nobody":
                os.kill(workers_of(process.pid)[0] if victim == "a worker" else process.pid, signal.SIGKILL)
            process.wait(120)
        finally:
            process.kill()
            process.wait()
    said = (tmp_path / "printed").read_text()
    assert "Traceback" not in said
    if victim in ("the command", "Ctrl-C"):
        assert process.returncode == {"the command": -signal.SIGKILL, "Ctrl-C": 130}[victim]
        kept = len(list((out / "records").glob("*.json")))
        done = chainrule(*grade, "--out", out, cwd=root)  # here, where it was there before
        assert counted(done.stdout) == (STUDENTS - kept, kept)
    else:
        assert process.returncode == 0, said
        assert counted(said) == (STUDENTS, 0)
    assert reproducible(out) == expected


def test_dask_reports_what_a_job_raises_and_takes_jobs_as_there_is_room(distributed):
    with nothing_left_behind():
        cluster = executors.Dask("local", 1)
        try:
            taken, finished, most = [], {}, 0
            for job, result in cluster.run(jobs.odd_ones_raise, (taken.append(n) or n for n in range(20))):
                finished[job] = result
                most = max(most, len(taken) - len(finished))
            assert set(finished) == set(range(20))
            assert all(isinstance(finished[n], ValueError) for n in range(1, 20, 2))
            assert all(finished[n] == 2 * n for n in range(0, 20, 2))
            assert most <= AHEAD
            assert list(cluster.run(jobs.double, [])) == []
        finally:
            cluster.close()


def test_dask_begins_with_the_first_worker_where_there_is_none_yet(distributed):
    with nothing_left_behind():
        cluster = executors.Dask("local", 0)
        try:
            first = cluster.begin(jobs.double, 3)
            assert not first.done()
            cluster.cluster.scale(1)
            assert first.result(60) == 6
        finally:
            cluster.close()


@pytest.mark.parametrize("kind", ["nobody listens", "somebody listens and says nothing", "no address"])
def test_a_scheduler_that_does_not_answer(distributed, sleepy, tmp_path, kind):
    root, grade, _ = sleepy
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if kind == "somebody listens and says nothing":
            listener.listen()
        address = "nonsense" if kind == "no address" else f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        done = chainrule(*grade, "--out", tmp_path / "out", "--scheduler", address, cwd=root)
    assert done.returncode == 2
    assert f"The scheduler {address} does not answer" in done.stderr
    assert time.monotonic() - began < 30
