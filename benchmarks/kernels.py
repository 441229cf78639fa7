"""The fast kernels against torch, on the same cores: python benchmarks/kernels.py [--quick] [--one-core]

Each piece of work is done by torch and by us in turn, forward and backward, with pauses in between: the threads of
either library go on spinning for a while after a call, and would take the cores away from the other. Each is called
once to warm up and then timed; the table gives medians over all rounds. Exit status 1 says that a bound was missed.

On a busy machine use --one-core: one thread each, and processor time, which does not count what others take.
"""

import argparse
import os
import platform
import re
import statistics
import sys
import time
from pathlib import Path
from typing import NamedTuple

ONE_CORE = "--one-core" in sys.argv
THREADS = "1" if ONE_CORE else str(min(2, os.cpu_count()))
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, THREADS)  # before the libraries start

import numba  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from numba import njit, prange  # noqa: E402
from rich import box  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from autograder.course import Course, import_file  # noqa: E402

COURSE = Course.find(Path(__file__).parent)
PAUSE = 0.0 if ONE_CORE else 0.09  # seconds; see above
CLOCK = time.process_time if ONE_CORE else time.perf_counter

CONVOLUTIONS = [  # images, filters, kernel, padding, stride
    ((32, 32, 16, 16), 32, 5, 2, 1),
    ((64, 64, 28, 28), 64, 3, 1, 1),
    ((16, 64, 56, 56), 128, 3, 1, 2),
    ((32, 3, 32, 32), 32, 5, 2, 1),
]
GRADING = ((2, 3, 8, 8), 4, 3, 1, 2)

rng = np.random.default_rng(1)
tiles = import_file(COURSE.root / "solutions" / "tiles.py", "chainrule_solutions")
ROWS, VECTORS = tiles.ROWS, tiles.VECTORS


def fast(unit):
    unit = COURSE.unit(unit)
    return import_file(unit.solutions / "fast.py", unit.package("solutions"))


class Work(NamedTuple):
    name: str
    dtype: type
    at_most: float  # our time by torch's
    stretch: float
    operations: int | None  # multiplications and additions; None where memory is what it takes
    calls: int  # at a time, for what is over too soon to be timed alone
    prepare: object  # () -> (ours, torch's), two functions without arguments


def convolution(dtype, at_most, stretch, shape, filters, kernel, padding, stride, calls=1):
    channels = shape[1]
    size = [(length + 2 * padding - kernel) // stride + 1 for length in shape[2:]]
    operations = 3 * 2 * shape[0] * filters * size[0] * size[1] * channels * kernel**2  # forward, dx, dw
    arrays = shape, (filters, channels, kernel, kernel), (filters,)

    def prepare():
        conv = fast("conv")
        x, w, b = (rng.normal(size=s).astype(dtype) for s in arrays)
        dout = rng.normal(size=(shape[0], filters, *size)).astype(dtype)
        tensors = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
        upstream = torch.tensor(dout)

        def ours():
            out, cache = conv.conv2d_forward(x, w, b, stride, padding)
            return out, *conv.conv2d_backward(dout, cache)

        def theirs():
            out = torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding)
            return out, *torch.autograd.grad(out, tensors, upstream)

        return ours, theirs

    name = f"conv {'×'.join(map(str, shape))}→{filters} k{kernel} p{padding}" + (f" s{stride}" if stride > 1 else "")
    return Work(name, dtype, at_most, stretch, operations, calls, prepare)


def lstm(n=32, steps=100, d=128, units=256):
    def prepare():
        layer = torch.nn.LSTM(d, units, batch_first=True)
        wx, wh = (w.detach().numpy().T.copy() for w in (layer.weight_ih_l0, layer.weight_hh_l0))
        b = (layer.bias_ih_l0 + layer.bias_hh_l0).detach().numpy()
        x, h0, dhs = (rng.normal(size=s).astype(np.float32) for s in ((n, steps, d), (n, units), (n, steps, units)))
        tx, th, tdhs = (
            torch.tensor(x, requires_grad=True),
            torch.tensor(h0[None], requires_grad=True),
            torch.tensor(dhs),
        )
        zero = torch.zeros_like(th)
        wanted = tx, th, *layer.parameters()

        def ours():
            hs, cache = fast("lstm").lstm_forward(x, h0, wx, wh, b)
            return hs, *fast("lstm").lstm_backward(dhs, cache)

        def theirs():
            hs, _ = layer(tx, (th, zero))
            dx, dh0, dwx, dwh, db, _ = torch.autograd.grad(hs, wanted, tdhs)
            return hs, dx, dh0[0], dwx.T, dwh.T, db

        return ours, theirs

    operations = 3 * 2 * n * steps * (d + units) * 4 * units
    return Work(f"LSTM N{n} T{steps} D{d} H{units}", np.float32, 1.2, 0.8, operations, 1, prepare)


def mlp_step(n=64, d=784, units=256, classes=10):
    def prepare():
        network = torch.nn.Sequential(torch.nn.Linear(d, units), torch.nn.ReLU(), torch.nn.Linear(units, classes))
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
        parameters = [p.detach().numpy().T.copy() for p in network.parameters()]
        x, labels = rng.normal(size=(n, d)).astype(np.float32), rng.integers(classes, size=n)
        tx, tlabels = torch.tensor(x), torch.tensor(labels)

        def ours():
            return fast("mlp").mlp_step(x, labels, *parameters, 0.01, out=parameters)

        def theirs():
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(tx), tlabels)
            loss.backward()
            optimizer.step()
            return loss, *(p.detach().numpy().T for p in network.parameters())

        return ours, theirs

    operations = 2 * n * units * (2 * d + 3 * classes)
    return Work(f"MLP step {n}×{d}×{units}", np.float32, 1.0, 0.6, operations, 20, prepare)


def momentum(count=10_000_000):
    def prepare():
        w, dw, v = (rng.normal(size=count).astype(np.float32) for _ in range(3))
        weight = torch.tensor(w, requires_grad=True)
        weight.grad = torch.tensor(dw)
        optimizer = torch.optim.SGD([weight], lr=0.01, momentum=0.9)
        optimizer.step()  # makes its v: the gradient
        fast("optim").momentum_step(w, dw, np.zeros_like(v), 0.01, 0.9, out=(w, v))

        def ours():
            return fast("optim").momentum_step(w, dw, v, 0.01, 0.9, out=(w, v))

        def theirs():
            optimizer.step()
            return weight, optimizer.state[weight]["momentum_buffer"]

        return ours, theirs

    return Work(f"momentum {count // 10**6} million, in place", np.float32, 1.3, 1.0, None, 1, prepare)


WORKS = [
    *(convolution(np.float32, 2.0, 1.1, *shape) for shape in CONVOLUTIONS),
    *(convolution(np.float64, 1.0, 0.35, *shape) for shape in CONVOLUTIONS),
    convolution(np.float32, 0.4, 0.2, *GRADING, calls=20),
    convolution(np.float64, 1.0, 0.35, *GRADING, calls=20),
    lstm(),
    mlp_step(),
    momentum(),
]


@njit
def multiply_and_add(numbers, out, steps, part):
    """Nothing but multiplications and additions, in registers: the most that a core can do."""
    tile = tiles.empty_tile(numbers, ROWS, VECTORS)
    for _ in range(steps):
        tile = tiles.add_products(tile, numbers, 0, 1, numbers, 0, 16)
    tiles.store_tile(tile, out, part * 1024, 64, 16)


@njit(parallel=True)
def on_all_cores(numbers, out, steps, threads):
    for part in prange(threads):
        multiply_and_add(numbers, out, steps, part)


def peak(dtype, seconds=0.005):
    """Multiplications and additions per second."""
    threads, steps = numba.get_num_threads(), 10_000
    numbers, out = np.zeros(1024, dtype), np.empty(1024 * threads, dtype)
    on_all_cores(numbers, out, 1, threads)
    each = 2 * threads * steps * ROWS * VECTORS * tiles.VECTOR // numbers.itemsize
    best = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        on_all_cores(numbers, out, steps, threads)
        best = max(best, each / (time.perf_counter() - start))
    return best


def timed(function, calls):
    time.sleep(PAUSE)
    function()
    start = CLOCK()
    for _ in range(calls):
        function()
    return (CLOCK() - start) / calls


def agree(ours, theirs):
    """Both did the same work."""
    for got, want in zip(ours, theirs, strict=True):
        want = want.detach().numpy() if isinstance(want, torch.Tensor) else want
        scale = max(1e-6, np.abs(want).max())
        if np.shape(got) != want.shape or np.abs(got - want).max() > 1e-3 * scale:
            return False
    return True


def measure(work, rounds):
    """Our times and torch's, in seconds, and the peak seen in between."""
    ours, theirs = work.prepare()
    if not agree(ours(), theirs()):
        sys.exit(f"{work.name}: ours and torch's results differ; there is nothing to compare")
    mine, torchs, peaks = [], [], []
    for _ in range(rounds):
        torchs.append(timed(theirs, work.calls))
        mine.append(timed(ours, work.calls))
        peaks.append(peak(work.dtype))
    return mine, torchs, max(peaks)


def machine():
    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").is_file():
        name = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text() + "\nmodel name: " + name)[1]
    versions = f"NumPy {np.__version__}, Numba {numba.__version__}, torch {torch.__version__}"
    return f"{name}, {os.cpu_count()} cores, vectors of {8 * tiles.VECTOR} bits; threads: {THREADS}\n{versions}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="three rounds instead of fifteen")
    parser.add_argument("--one-core", action="store_true", help="one thread, processor time: for a busy machine")
    rounds = 3 if parser.parse_args().quick else 15
    torch.set_num_threads(int(THREADS))
    numba.set_num_threads(int(THREADS))

    console = Console(width=max(90, min(100, Console().width)), highlight=False)
    title = "Time relative to torch on the same cores, lower is better"
    if ONE_CORE:
        title = "Processor time relative to torch on one core, lower is better"
    table = Table(title=title, box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("forward + backward", no_wrap=True)
    for column in ("ours\nms", "torch\nms", "\nratio", "\nbest", "at\nmost", "\nstretch", "of\npeak"):
        table.add_column(column, justify="right", no_wrap=True)
    missed, results, peaks = [], [], {np.float32: 0, np.float64: 0}
    with console.status("measuring …") as status:
        for work in WORKS:
            status.update(work.name)
            *times, best = measure(work, rounds)
            peaks[work.dtype] = max(peaks[work.dtype], best)
            results.append((work, times))
    for work, times in results:
        ours, theirs = (statistics.median(some) for some in times)
        ratio, quickest = ours / theirs, min(times[0]) / min(times[1])
        verdict = "green" if ratio <= work.stretch else "default" if ratio <= work.at_most else "bold red"
        share = "memory" if work.operations is None else f"{work.operations / min(times[0]) / peaks[work.dtype]:.0%}"
        table.add_row(
            f"{work.name} f{8 * np.dtype(work.dtype).itemsize}", milliseconds(ours), milliseconds(theirs),
            f"[{verdict}]{ratio:.2f}", f"{quickest:.2f}", f"{work.at_most:.2f}", f"{work.stretch:.2f}", share,
        )  # fmt: skip
        if ratio > work.at_most:
            missed.append(work.name)
    console.print(table)
    gigaflops = ", ".join(f"{np.dtype(dtype).name} {best / 1e9:.0f}" for dtype, best in peaks.items())
    console.print(f"""{machine()}
peak measured, GFLOP/s: {gigaflops}; {rounds} rounds
ours, torch and ratio: medians; best: the ratio of the shortest times; of peak: in our shortest time""")
    if missed:
        console.print(f"[bold red]missed:[/] {'; '.join(missed)}", soft_wrap=True)
    return 1 if missed else 0


def milliseconds(seconds):
    return f"{seconds * 1e3:.3g}" if seconds < 0.1 else f"{seconds * 1e3:.0f}"


if __name__ == "__main__":
    sys.exit(main())
