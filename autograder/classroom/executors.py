"""Where jobs run: in a pool of processes on this machine, or on the workers of a `dask.distributed` cluster.

An executor takes jobs one by one, as it has room for them, and gives (job, result) as they are done, in any order. A
worker that dies costs nothing: its job is done again by another.
"""

import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol

ATTEMPTS = 3  # for a job whose workers die
PATIENCE = 5  # seconds for a scheduler to answer
AHEAD = 4  # jobs per worker that wait for it
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class Executor(Protocol):
    def begin(self, work: Callable[[Any], Any], job) -> Future:
        """Where its processes are still to be started, start them, each with `work(job)`, and do not wait for it: what
        they need has time to load before the first job. Gives what will have come of it in one of them."""
        ...

    def run(self, work: Callable[[Any], Any], jobs: Iterable) -> Iterator[tuple[Any, Any]]:
        """Do `work(job)` for every job: pairs of a job and what came of it, or the exception that it raised."""
        ...

    def close(self) -> None: ...


class Local:
    """A pool of processes on this machine, one job in each at a time."""

    def __init__(self, workers: int):
        self.workers = workers
        self.pool: ProcessPoolExecutor | None = None

    def open(self) -> ProcessPoolExecutor:
        if self.pool is None:
            self.pool = ProcessPoolExecutor(self.workers, get_context("spawn"), start_worker, (os.getpid(),))
        return self.pool

    def begin(self, work, job):
        first, *_ = [self.submit(work, job) for _ in range(self.workers)]
        return first

    def run(self, work, jobs):
        jobs = iter(jobs)
        running: dict[Any, Any] = {}
        while True:
            for job in itertools.islice(jobs, self.workers * AHEAD - len(running)):
                running[self.submit(work, job)] = job
            if not running:
                return
            lost = []
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job, error = running.pop(future), future.exception()
                if isinstance(error, BrokenProcessPool):
                    lost.append(job)
                else:
                    yield job, error or future.result()
            if lost:
                # With one process the whole pool is lost, and with it all that it still had to do.
                lost += running.values()
                running = {}
                self.close()
                for job in lost:
                    yield job, self.alone(work, job)

    def submit(self, work, job) -> Future:
        try:
            pool = self.open()
            if len(pool._processes or ()) >= self.workers:
                return pool.submit(work, job)
            with deaf_to_interruptions():
                return pool.submit(work, job)
        except BrokenProcessPool as error:  # a process died since the last job was done
            lost: Future = Future()
            lost.set_exception(error)
            return lost

    def alone(self, work, job):
        """Do a job again that was lost with its worker, with no other beside it: only the one whose fault it was is
        lost again. What comes of it, or the exception."""
        for _ in range(ATTEMPTS - 1):
            future = self.submit(work, job)
            error = future.exception()
            if not isinstance(error, BrokenProcessPool):
                return error or future.result()
            self.close()
        return error

    def close(self):
        if self.pool:
            for process in list((self.pool._processes or {}).values()):
                process.terminate()
            self.pool.shutdown(wait=True, cancel_futures=True)
            self.pool = None


@contextmanager
def deaf_to_interruptions():
    """Have processes that are started in here ignore Ctrl-C, which a terminal sends to all, from their first moment on.
    This one does so meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def start_worker(parent: int) -> None:
    """Prepare a pool's process: Ctrl-C is the parent's affair, and without a parent there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        from ..locked.confine import die_with_parent

        die_with_parent()
    if os.getppid() != parent:
        os._exit(1)


class Dask:
    """The workers of a `dask.distributed` cluster.

    Args:
        address: the scheduler's address, or "local" for a cluster embedded in this process.
        workers: how many, where it is embedded.
    """

    def __init__(self, address: str, workers: int):
        import asyncio

        from distributed import Client, LocalCluster

        self.cluster = None
        if address != "local":
            asyncio.run(reach(address))
        else:
            with deaf_to_interruptions():
                self.cluster = LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=40
                )
        self.client = Client(self.cluster or address, set_as_default=False)
        self.begun: list = []  # kept, for what nobody waits for is not done
        self.workers = max(len(self.client.scheduler_info(n_workers=-1)["workers"]), 1)

    def begin(self, work, job):
        places = self.client.scheduler_info(n_workers=-1)["workers"] or [None]  # None: the first that will be there
        self.begun = [self.client.submit(work, job, workers=place, pure=False, retries=0) for place in places]
        return self.begun[0]

    def run(self, work, jobs):
        from distributed import as_completed

        jobs = iter(jobs)
        running: dict[Any, Any] = {}

        def submit(count):
            for job in itertools.islice(jobs, count):
                future = self.client.submit(work, job, pure=False, retries=0)
                running[future] = job
                yield future

        done = as_completed(list(submit(self.workers * AHEAD)), loop=self.client.loop)
        for future in done:
            job = running.pop(future)
            error = future.exception()
            yield job, error or future.result()
            future.release()
            for more in submit(1):
                done.add(more)

    def close(self):
        self.client.close()
        if self.cluster:
            self.cluster.close()


async def reach(address: str) -> None:
    """Raises OSError where no scheduler answers; a Client would go on trying long after that."""
    import asyncio

    from distributed import Security
    from distributed.comm import connect

    try:
        async with asyncio.timeout(PATIENCE + 1):
            comm = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
            await comm.close()
    except TimeoutError:
        raise OSError(f"nothing came back within {PATIENCE} seconds") from None
    except ValueError as error:  # it is no address
        raise OSError(str(error)) from None


def executor(scheduler: str | None, workers: int) -> Executor:
    """The executor that was asked for: a dask scheduler's address, "local" for an embedded one, or None for a pool."""
    os.environ.update(ONE_THREAD)  # for the processes that it starts: each has one job, and uses one core
    return Dask(scheduler, workers) if scheduler else Local(workers)
