"""The small networks that are handed to a student's function as objects."""

import numpy as np
import pytest
from support import numerical_gradient

from autograder.implementation import Functions
from autograder.network import SLOPE, Network
from autograder.wire import Malformed, Strange, pack, unpack


def a_network(sizes=(3, 5, 4, 2), seed=0, **options):
    return Network.random(sizes, np.random.default_rng(seed), **options)


def test_backward_is_the_derivative_of_forward():
    network, rng = a_network(), np.random.default_rng(1)
    x, dout = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    _, cache = network.forward(x)
    dx, grads = network.backward(dout, cache)
    np.testing.assert_allclose(dx, numerical_gradient(lambda z: network.forward(z)[0], x, dout), atol=1e-8)
    for parameter, gradient in zip(network.parameters(), grads, strict=True):
        kept = parameter.copy()

        def out(value, parameter=parameter):
            parameter[...] = value
            return network.forward(x)[0]

        expected = numerical_gradient(out, kept, dout)
        parameter[...] = kept
        np.testing.assert_allclose(gradient, expected, atol=1e-8)


def test_forward_and_updates_are_torchs():
    torch = pytest.importorskip("torch")
    network, rng = a_network(lr=0.03, beta1=0.5), np.random.default_rng(2)
    theirs = [torch.tensor(p, requires_grad=True) for p in network.parameters()]
    adam = torch.optim.Adam(theirs, lr=0.03, betas=(0.5, 0.999))
    for _ in range(5):
        x, dout = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
        out, cache = network.forward(x)
        network.update(network.backward(dout, cache)[1])
        z = torch.tensor(x)
        for i in range(0, len(theirs), 2):
            z = z if i == 0 else torch.nn.functional.leaky_relu(z, SLOPE)
            z = z @ theirs[i] + theirs[i + 1]
        np.testing.assert_allclose(out, z.detach().numpy(), rtol=1e-12, atol=1e-12)
        adam.zero_grad()
        z.backward(torch.tensor(dout))
        adam.step()
        for mine, other in zip(network.parameters(), theirs, strict=True):
            np.testing.assert_allclose(mine, other.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_what_comes_in_in_float32_goes_out_in_float32():
    made = a_network()
    network = Network([(w.astype(np.float32), b.astype(np.float32)) for w, b in made.layers])
    x = np.random.default_rng(3).normal(size=(4, 3)).astype(np.float32)
    for _ in range(2):
        out, cache = network.forward(x)
        dx, grads = network.backward(np.ones_like(out), cache)
        network.update(grads)
        assert {array.dtype for array in (out, dx, *grads, *network.parameters())} == {np.dtype(np.float32)}


def test_weights_are_drawn_as_he_et_al_draw_them():
    (weights, biases), _ = a_network((400, 500, 1)).layers
    assert np.std(weights) == pytest.approx(np.sqrt(2 / 400), rel=0.01)
    assert not biases.any()


def test_a_copy_goes_its_own_way():
    network = a_network()
    network.update([np.ones_like(p) for p in network.parameters()])
    copy = network.copy()
    before = [p.copy() for p in network.parameters()]
    copy.update([np.ones_like(p) for p in copy.parameters()])
    assert all(np.array_equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    network.update([np.ones_like(p) for p in network.parameters()])
    assert all(np.array_equal(a, b) for a, b in zip(copy.parameters(), network.parameters(), strict=True))


def test_it_crosses_as_its_parameters_and_is_rebuilt():
    network = a_network(lr=0.01, beta1=0.5, beta2=0.9, eps=0.1)
    network.update([np.full_like(p, 0.1) for p in network.parameters()])
    rebuilt = unpack(pack({"generator": network}))["generator"]
    assert rebuilt.labels() == ["w1", "b1", "w2", "b2", "w3", "b3"]
    gradients = [np.full_like(p, -0.3) for p in network.parameters()]
    network.update(gradients)
    rebuilt.update(gradients)
    assert all(np.array_equal(a, b) for a, b in zip(network.parameters(), rebuilt.parameters(), strict=True))


@pytest.mark.parametrize("change", [{"m": []}, {"v": []}, {"lr": "fast"}, {"layers": [1, 2]}, {"t": None}])
def test_a_network_that_does_not_fit_together_is_refused(change):
    forged = a_network()
    forged.state = lambda: {**Network.state(forged), **change}
    with pytest.raises(Malformed):
        unpack(pack(forged))


def test_gradients_of_another_network_are_refused_before_anything_changes():
    network = a_network((2, 1))
    before = network.state()["t"], [p.copy() for p in network.parameters()]
    with pytest.raises(ValueError, match="not this network's gradients"):
        network.update([np.ones((1, 1)), np.ones(1)])  # would broadcast
    assert network.t == before[0]
    assert all(np.array_equal(a, b) for a, b in zip(before[1], network.parameters(), strict=True))


def test_a_network_that_was_taken_apart_is_the_students_fault():
    def take_apart(generator):
        generator.layers = None
        return 0.0

    functions = Functions({"step": take_apart})
    reply = functions.call("step", (a_network(),))
    assert reply.after == {0: Strange("Network")}
