"""A small network that is handed to a student's function as an object: fully connected layers with an optimizer inside.

It crosses from one process to another as its parameters and is rebuilt on the other side, see wire.py.
"""

from itertools import pairwise

import numpy as np

SLOPE = 0.2  # of the leaky ReLU for negative inputs


class Network:
    """Fully connected layers with leaky ReLU (slope 0.2) between them, trained with Adam.

    Args:
        layers: for each layer a pair of weights (D, M) and biases (M,), of one floating dtype.
        lr: learning rate of Adam.
        beta1, beta2, eps: Adam's other constants (Kingma and Ba, 2015).

    A network whose parameters must be reproducible is made with `Network.random(sizes, rng)`.
    """

    def __init__(self, layers, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8):
        self.layers = [(np.array(w), np.array(b)) for w, b in layers]
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m = [np.zeros_like(p) for p in self.parameters()]
        self.v = [np.zeros_like(p) for p in self.parameters()]

    @classmethod
    def random(cls, sizes, rng, **options) -> "Network":
        """A network with `sizes` = (inputs, hidden, …, outputs); weights as He et al. (2015) draw them, biases zero."""
        return cls(
            [(rng.normal(size=(d, m)) * np.sqrt(2 / d), np.zeros(m)) for d, m in pairwise(sizes)],
            **options,
        )

    def parameters(self) -> list[np.ndarray]:
        """w and b of each layer in turn."""
        return [p for layer in self.layers for p in layer]

    def labels(self) -> list[str]:
        """Names for `parameters`: w1, b1, w2, b2, …"""
        return [f"{kind}{number}" for number in range(1, len(self.layers) + 1) for kind in "wb"]

    def state(self) -> dict:
        """Everything it is made of, as plain data."""
        constants = {"lr": self.lr, "beta1": self.beta1, "beta2": self.beta2, "eps": self.eps, "t": self.t}
        return {"layers": [list(layer) for layer in self.layers], "m": self.m, "v": self.v, **constants}

    @classmethod
    def from_state(cls, state: dict) -> "Network":
        """The network that `state` was taken of. Raises ValueError where the arrays do not fit together."""
        made = cls(state["layers"], *(float(state[name]) for name in ("lr", "beta1", "beta2", "eps")))
        made.t, made.m, made.v = int(state["t"]), list(state["m"]), list(state["v"])
        shapes = [p.shape for p in made.parameters()]
        if any([a.shape for a in moments] != shapes for moments in (made.m, made.v)):
            raise ValueError("the network's moments do not fit its parameters")
        return made

    def copy(self) -> "Network":
        state = self.state()
        return Network.from_state({**state, "m": [a.copy() for a in self.m], "v": [a.copy() for a in self.v]})

    def forward(self, x: np.ndarray):
        """x (N, inputs) -> out (N, outputs), and the cache that `backward` wants."""
        entering = []
        for number, (w, b) in enumerate(self.layers):
            if number:
                x = np.where(x > 0, x, SLOPE * x)
            entering.append(x)
            x = x @ w + b
        return x, entering

    def backward(self, dout: np.ndarray, cache):
        """For upstream dout (N, outputs): dx (N, inputs), and the gradients, a list as `parameters` has it."""
        grads = []
        for number in reversed(range(len(self.layers))):
            w, _ = self.layers[number]
            x = cache[number]
            grads = [x.T @ dout, dout.sum(axis=0), *grads]
            dout = dout @ w.T
            if number:
                # x is what left the activation, whose sign is that of what entered it.
                dout = np.where(x > 0, dout, SLOPE * dout)
        return dout, grads

    def update(self, grads) -> None:
        """One step of Adam down the gradients, a list as `backward` gives it. Changes the network itself.

        Raises ValueError, and changes nothing, where the gradients have not the shapes of the parameters.
        """
        wanted, got = ([np.shape(a) for a in arrays] for arrays in (self.parameters(), grads))
        if got != wanted:
            raise ValueError(
                f"these are not this network's gradients: their shapes are {got}, its parameters' {wanted}"
            )
        self.t += 1
        for i, (p, g) in enumerate(zip(self.parameters(), grads, strict=True)):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g * g
            m = self.m[i] / (1 - self.beta1**self.t)
            v = self.v[i] / (1 - self.beta2**self.t)
            p -= (self.lr * m / (np.sqrt(v) + self.eps)).astype(p.dtype)
