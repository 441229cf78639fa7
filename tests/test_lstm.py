"""The lstm unit: its references against torch, numerical derivatives and right answers written in other styles."""

import inspect
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from support import grade, numerical_gradient, reference

lstm = reference("lstm")

SIZES = st.integers(1, 5)
SEEDS = st.integers(0, 2**32 - 1)
DTYPES = st.sampled_from([np.float64, np.float32])
BOUND = {np.dtype(np.float64): 1e-10, np.dtype(np.float32): np.finfo(np.float32).eps ** 0.5}

modest = settings(max_examples=25, deadline=None)

# The shape of every argument, by name: N samples, T steps, D features, H units.
SHAPES = {
    "gate": {"x": "N D", "h": "N H", "wx": "D H", "wh": "H H", "b": "H"},
    "lstm_step_forward": {"x": "N D", "h": "N H", "c": "N H", "wx": "D 4H", "wh": "H 4H", "b": "4H"},
    "lstm_forward": {"x": "N T D", "h0": "N H", "wx": "D 4H", "wh": "H 4H", "b": "4H"},
    "gru_step_forward": {"x": "N D", "h": "N H", "wx": "D 3H", "wh": "H 3H", "bx": "3H", "bh": "3H"},
}
FORWARDS = ["lstm_step_forward", "lstm_forward", "gru_step_forward"]


def draw(name, rng, n=3, d=2, h=4, t=5, dtype=np.float64):
    """Arguments for a forward, as a dict."""
    sizes = {"N": n, "D": d, "H": h, "3H": 3 * h, "4H": 4 * h, "T": t}
    shapes = {argument: [sizes[size] for size in shape.split()] for argument, shape in SHAPES[name].items()}
    return {argument: rng.normal(size=shape).astype(dtype) for argument, shape in shapes.items()}


def forward(name, arguments):
    """The array results of a forward as a list, and its cache."""
    *outs, cache = getattr(lstm, name)(*arguments)
    return outs, cache


def backward(name, upstream, cache):
    return getattr(lstm, name.replace("forward", "backward"))(*upstream, cache)


def close(got, want):
    """got (an array) has the shape and dtype of want (a tensor) and, as far as that dtype goes, its values."""
    want = want.detach().numpy()
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    bound = BOUND[got.dtype]
    np.testing.assert_allclose(got, want, rtol=bound, atol=bound * max(1.0, np.abs(want).max()))


# The references against torch


def torch_gate(torch, x, h, wx, wh, b):
    return [torch.sigmoid(x @ wx + h @ wh + b)]


def torch_lstm_step(torch, x, h, c, wx, wh, b):
    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1], dtype=x.dtype)
    weights = {"weight_ih": wx.T, "weight_hh": wh.T, "bias_ih": b, "bias_hh": 0 * b}
    return list(torch.func.functional_call(cell, weights, (x, (h, c))))


def torch_lstm(torch, x, h0, wx, wh, b):
    layer = torch.nn.LSTM(x.shape[2], h0.shape[1], batch_first=True, dtype=x.dtype)
    weights = {"weight_ih_l0": wx.T, "weight_hh_l0": wh.T, "bias_ih_l0": b, "bias_hh_l0": 0 * b}
    return [torch.func.functional_call(layer, weights, (x, (h0[None], 0 * h0[None])))[0]]


def torch_gru_step(torch, x, h, wx, wh, bx, bh):
    cell = torch.nn.GRUCell(x.shape[1], h.shape[1], dtype=x.dtype)
    weights = {"weight_ih": wx.T, "weight_hh": wh.T, "bias_ih": bx, "bias_hh": bh}
    return [torch.func.functional_call(cell, weights, (x, h))]


TORCH = {"lstm_step_forward": torch_lstm_step, "lstm_forward": torch_lstm, "gru_step_forward": torch_gru_step}


@modest
@given(n=SIZES, d=SIZES, h=SIZES, push=st.sampled_from([0, 1000]), dtype=DTYPES, seed=SEEDS)
def test_gate_agrees_with_torch(n, d, h, push, dtype, seed):
    torch = pytest.importorskip("torch")
    arguments = draw("gate", np.random.default_rng(seed), n, d, h, dtype=dtype)
    arguments["b"] += push * (-1) ** np.arange(h)
    close(lstm.gate(*arguments.values()), torch_gate(torch, *map(torch.tensor, arguments.values()))[0])


@pytest.mark.parametrize("name", FORWARDS)
@modest
@given(n=SIZES, d=SIZES, h=SIZES, t=SIZES, push=st.sampled_from([0, 0, 1000]), dtype=DTYPES, seed=SEEDS)
def test_agrees_with_torch(name, n, d, h, t, push, dtype, seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    arguments = draw(name, rng, n, d, h, t, dtype)
    bias = arguments["bx" if name == "gru_step_forward" else "b"]
    bias += push * (-1) ** np.arange(len(bias))
    tensors = [torch.tensor(argument, requires_grad=True) for argument in arguments.values()]
    want = TORCH[name](torch, *tensors)
    upstream = [rng.normal(size=tuple(out.shape)).astype(dtype) for out in want]
    torch.autograd.backward(want, [torch.tensor(d) for d in upstream])

    outs, cache = forward(name, arguments.values())
    for got, out in zip(outs, want, strict=True):
        close(got, out)
    for got, tensor in zip(backward(name, upstream, cache), tensors, strict=True):
        close(got, tensor.grad)


# Numerical derivatives


@pytest.mark.parametrize("name", FORWARDS)
def test_gradients_are_the_slopes(name):
    rng = np.random.default_rng(8)
    arguments = draw(name, rng)
    outs, cache = forward(name, arguments.values())
    upstream = [rng.normal(size=out.shape) for out in outs]
    for (argument, value), got in zip(arguments.items(), backward(name, upstream, cache), strict=True):
        for k, dout in enumerate(upstream):
            alone = [d if j == k else 0 * d for j, d in enumerate(upstream)]
            got_k = backward(name, alone, cache)[list(arguments).index(argument)]
            want = numerical_gradient(
                lambda v, k=k, argument=argument: forward(name, {**arguments, argument: v}.values())[0][k], value, dout
            )
            np.testing.assert_allclose(got_k, want, atol=1e-7)
        assert got.shape == value.shape


# What the parts have to do with each other


def test_a_sequence_is_its_steps():
    x, h, wx, wh, b = draw("lstm_forward", np.random.default_rng(1)).values()
    hs, _ = lstm.lstm_forward(x, h, wx, wh, b)
    c = np.zeros_like(h)
    for t in range(x.shape[1]):
        h, c, _ = lstm.lstm_step_forward(x[:, t], h, c, wx, wh, b)
        np.testing.assert_array_equal(hs[:, t], h)


def test_a_wide_open_forget_gate_remembers():
    """With f = 1 and i = 0 the cell state, and its gradient, come through unchanged."""
    rng = np.random.default_rng(2)
    x, h, c, wx, wh, b = draw("lstm_step_forward", rng).values()
    b[:4], b[4:8] = -1000, 1000
    _, after, cache = lstm.lstm_step_forward(x, h, c, wx, wh, b)
    np.testing.assert_array_equal(after, c)
    dc = rng.normal(size=c.shape)
    np.testing.assert_array_equal(lstm.lstm_step_backward(np.zeros_like(h), dc, cache)[2], dc)


def test_two_biases_of_a_gru_differ_only_behind_the_reset():
    rng = np.random.default_rng(3)
    (h,), cache = forward("gru_step_forward", draw("gru_step_forward", rng).values())
    *_, dbx, dbh = lstm.gru_step_backward(rng.normal(size=h.shape), cache)
    np.testing.assert_array_equal(dbx[:8], dbh[:8])
    assert np.all(np.abs(dbh[8:]) < np.abs(dbx[8:]))


# Extremes, errors and manners


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_huge_logits_give_finite_numbers_without_a_warning(name, dtype):
    arguments = draw(name, np.random.default_rng(4), dtype=dtype)
    arguments["wx"] *= 1000
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if name == "gate":
            outs, gradients = [lstm.gate(*arguments.values())], ()
        else:
            outs, cache = forward(name, arguments.values())
            gradients = backward(name, [np.ones_like(out) for out in outs], cache)
    assert all(np.isfinite(array).all() and array.dtype == dtype for array in (*outs, *gradients))
    if name == "gate":
        assert {0.0, 1.0} <= set(outs[0].round(12).flat)


@pytest.mark.parametrize("name", SHAPES)
def test_empty_batches_and_sequences_are_refused(name):
    arguments = draw(name, np.random.default_rng(5), n=0)
    with pytest.raises(ValueError, match="empty"):
        getattr(lstm, name)(*arguments.values())
    if name == "lstm_forward":
        with pytest.raises(ValueError, match="empty"):
            lstm.lstm_forward(*draw(name, np.random.default_rng(5), t=0).values())


@pytest.mark.parametrize(("name", "argument"), [(name, a) for name in SHAPES for a in SHAPES[name] if a != "x"])
def test_shapes_that_do_not_fit_are_named(name, argument):
    arguments = draw(name, np.random.default_rng(6))
    arguments[argument] = np.concatenate([arguments[argument], arguments[argument]], axis=-1)
    # The number of units is taken from the rows of wh, so that every other argument is measured against it.
    with pytest.raises(ValueError, match=f"^{argument} has shape"):
        getattr(lstm, name)(*arguments.values())


@pytest.mark.parametrize("name", FORWARDS)
def test_upstream_of_another_shape_is_refused(name):
    outs, cache = forward(name, draw(name, np.random.default_rng(7)).values())
    with pytest.raises(ValueError, match="has shape"):
        backward(name, [out[:1] for out in outs], cache)


@pytest.mark.parametrize("name", SHAPES)
def test_inputs_stay_as_they_are_and_their_layout_does_not_matter(name):
    rng = np.random.default_rng(9)
    arguments = draw(name, rng)
    before = {argument: value.copy() for argument, value in arguments.items()}
    awkward = {argument: np.asfortranarray(value) for argument, value in arguments.items()}
    for value in awkward.values():
        value.flags.writeable = False
    if name == "gate":
        np.testing.assert_array_equal(lstm.gate(*arguments.values()), lstm.gate(*awkward.values()))
    else:
        outs, cache = forward(name, arguments.values())
        others, other_cache = forward(name, awkward.values())
        upstream = [rng.normal(size=out.shape) for out in outs]
        kept = [d.copy() for d in upstream]
        gradients = backward(name, upstream, cache)
        again = backward(name, [np.asfortranarray(d) for d in upstream], other_cache)
        for a, b in zip((*outs, *gradients, *kept), (*others, *again, *upstream), strict=True):
            np.testing.assert_array_equal(a, b)
    for argument, value in arguments.items():
        np.testing.assert_array_equal(value, before[argument])


@pytest.mark.parametrize("name", FORWARDS)
def test_results_and_inputs_can_be_changed_without_harm_to_the_backward(name):
    rng = np.random.default_rng(10)
    arguments = draw(name, rng, n=1)  # with one sample, turning batch and time around is no copy
    outs, cache = forward(name, arguments.values())
    upstream = [rng.normal(size=out.shape) for out in outs]
    want = backward(name, upstream, cache)
    for array in (*outs, *arguments.values()):
        array += 1
    for a, b in zip(want, backward(name, upstream, cache), strict=True):
        np.testing.assert_array_equal(a, b)


# Right answers in other styles: each class holds functions that are graded one by one, references beside them


def checked(x):
    if 0 in x.shape[:-1]:
        raise ValueError("nothing to compute: the batch or the sequence is empty")


def sigma(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


class Vectorised:
    def gate(x, h, wx, wh, b):
        checked(x)
        return expit(np.hstack([x, h]) @ np.vstack([wx, wh]) + b)

    def lstm_step_forward(x, h, c, wx, wh, b):
        checked(x)
        xh, w = np.concatenate([x, h], axis=1), np.concatenate([wx, wh])
        a = xh @ w + b
        i, f, g, o = np.split(a, 4, axis=1)
        i, f, g, o = sigma(i), sigma(f), np.tanh(g), sigma(o)
        new = f * c + i * g
        return o * np.tanh(new), new, {"xh": xh, "w": w, "c": c, "new": new, "gates": (i, f, g, o), "d": x.shape[1]}

    def lstm_step_backward(dh, dc, cache):
        (i, f, g, o), t = cache["gates"], np.tanh(cache["new"])
        dc = dc + dh * o * (1 - t * t)
        parts = dc * g * i * (1 - i), dc * cache["c"] * f * (1 - f), dc * i * (1 - g * g), dh * t * o * (1 - o)
        dz = np.hstack(parts)
        dxh, dw = dz @ cache["w"].T, cache["xh"].T @ dz
        d = cache["d"]
        return [dxh[:, :d], dxh[:, d:], dc * f, dw[:d], dw[d:], dz.sum(0)]  # views, in a list

    def gru_step_forward(x, h, wx, wh, bx, bh):
        checked(x)
        units = h.shape[1]
        a, s = x @ wx + bx, h @ wh + bh
        rz = sigma(a[:, : 2 * units] + s[:, : 2 * units])
        r, z = rz[:, :units], rz[:, units:]
        n = np.tanh(a[:, 2 * units :] + r * s[:, 2 * units :])
        return n + z * (h - n), (x, h, wx, wh, r, z, n, s[:, 2 * units :])

    def gru_step_backward(dh, cache):
        x, h, wx, wh, r, z, n, s = cache
        dn = dh * (1 - z) * (1 - n * n)
        rest = [dn * s * r * (1 - r), dh * (h - n) * z * (1 - z)]
        da, ds = np.hstack([*rest, dn]), np.hstack([*rest, dn * r])
        return da @ wx.T, ds @ wh.T + dh * z, x.T @ da, h.T @ ds, da.sum(0), ds.sum(0)


class Loops:
    def gate(x, h, wx, wh, b):
        checked(x)
        out = np.empty(h.shape, dtype=x.dtype)
        for n in range(len(x)):
            for u in range(h.shape[1]):
                z = b[u] + sum(x[n, j] * wx[j, u] for j in range(x.shape[1]))
                z += sum(h[n, j] * wh[j, u] for j in range(h.shape[1]))
                out[n, u] = 1 / (1 + np.exp(-z)) if z >= 0 else np.exp(z) / (1 + np.exp(z))
        return out

    def lstm_step_forward(x, h, c, wx, wh, b):
        """Every gate by `gate`, from its own columns."""
        checked(x)
        units = h.shape[1]
        i, f, o = (
            lstm.gate(x, h, wx[:, k : k + units], wh[:, k : k + units], b[k : k + units]) for k in (0, units, 3 * units)
        )
        g = np.tanh(x @ wx[:, 2 * units : 3 * units] + h @ wh[:, 2 * units : 3 * units] + b[2 * units : 3 * units])
        new_h, new_c = np.zeros_like(h), np.zeros_like(c)
        for n, u in np.ndindex(h.shape):
            new_c[n, u] = f[n, u] * c[n, u] + i[n, u] * g[n, u]
            new_h[n, u] = o[n, u] * np.tanh(new_c[n, u])
        return new_h, new_c, [x, h, c, wx, wh, i, f, g, o, new_c]

    def lstm_step_backward(dh, dc, cache):
        x, h, c, wx, wh, i, f, g, o, new_c = cache
        dx, dh_old, dc_old = np.zeros_like(x), np.zeros_like(h), np.zeros_like(c)
        dwx, dwh, db = np.zeros_like(wx), np.zeros_like(wh), np.zeros(wx.shape[1], dtype=x.dtype)
        units = h.shape[1]
        for n, u in np.ndindex(h.shape):
            t = np.tanh(new_c[n, u])
            d = dc[n, u] + dh[n, u] * o[n, u] * (1 - t**2)
            dc_old[n, u] = d * f[n, u]
            slopes = (
                d * g[n, u] * i[n, u] * (1 - i[n, u]),
                d * c[n, u] * f[n, u] * (1 - f[n, u]),
                d * i[n, u] * (1 - g[n, u] ** 2),
                dh[n, u] * t * o[n, u] * (1 - o[n, u]),
            )
            for k, dz in enumerate(slopes):
                column = k * units + u
                dx[n] += dz * wx[:, column]
                dh_old[n] += dz * wh[:, column]
                dwx[:, column] += x[n] * dz
                dwh[:, column] += h[n] * dz
                db[column] += dz
        return dx, dh_old, dc_old, dwx, dwh, db

    def lstm_forward(x, h0, wx, wh, b):
        checked(x)
        h, c = h0, np.zeros_like(h0)
        states, caches = [], []
        for t in range(x.shape[1]):
            h, c, cache = lstm.lstm_step_forward(x[:, t], h, c, wx, wh, b)
            states.append(h)
            caches.append(cache)
        return np.array(states).swapaxes(0, 1), caches  # a view, not contiguous

    def lstm_backward(dhs, caches):
        dh, dc, dx, dwx, dwh, db = 0, np.zeros_like(dhs[:, 0]), [], 0, 0, 0
        for t, cache in reversed(list(enumerate(caches))):
            step_dx, dh, dc, *step = lstm.lstm_step_backward(dhs[:, t] + dh, dc, cache)
            dx.insert(0, step_dx)
            dwx, dwh, db = (total + part for total, part in zip((dwx, dwh, db), step, strict=True))
        return np.stack(dx, axis=1), dh, dwx, dwh, db


class Einsum:
    def lstm_forward(x, h0, wx, wh, b):
        """The input's part of all steps at once; the states in Fortran order."""
        checked(x)
        n, t, _ = x.shape
        units = h0.shape[1]
        zx = np.einsum("ntd,dk->ntk", x, wx) + b
        hs = np.zeros((n, t + 1, units), dtype=x.dtype, order="F")
        cs, gates = np.zeros_like(hs), np.zeros((n, t, 4, units), dtype=x.dtype)
        hs[:, 0] = h0
        for k in range(t):
            z = (zx[:, k] + hs[:, k] @ wh).reshape(n, 4, units)
            gates[:, k] = sigma(z)
            np.tanh(z[:, 2], out=gates[:, k, 2])
            i, f, g, o = gates[:, k].swapaxes(0, 1)
            cs[:, k + 1] = f * cs[:, k] + i * g
            hs[:, k + 1] = o * np.tanh(cs[:, k + 1])
        return hs[:, 1:], (x, hs, cs, gates, wx, wh)

    def lstm_backward(dhs, cache):
        """The logits' gradients of all steps first, then each weight's gradient in one sum."""
        x, hs, cs, gates, wx, wh = cache
        n, t, _ = dhs.shape
        dz = np.zeros_like(gates)
        dh, dc = np.zeros_like(hs[:, 0]), np.zeros_like(hs[:, 0])
        for k in reversed(range(t)):
            i, f, g, o = gates[:, k].swapaxes(0, 1)
            tanh_c = np.tanh(cs[:, k + 1])
            dh = dh + dhs[:, k]
            dc = dc + dh * o * (1 - tanh_c**2)
            dz[:, k, 0], dz[:, k, 1] = dc * g * i * (1 - i), dc * cs[:, k] * f * (1 - f)
            dz[:, k, 2], dz[:, k, 3] = dc * i * (1 - g**2), dh * tanh_c * o * (1 - o)
            dh, dc = dz[:, k].reshape(n, -1) @ wh.T, dc * f
        dz = dz.reshape(n, t, -1)
        dwx, dwh = np.einsum("ntd,ntk->dk", x, dz), np.einsum("nth,ntk->hk", hs[:, :-1], dz)
        return np.einsum("ntk,dk->ntd", dz, wx), dh, dwx, dwh, dz.sum(axis=(0, 1))

    def gru_step_forward(x, h, wx, wh, bx, bh):
        """One block at a time, results built in place in buffers of its own."""
        checked(x)
        wx, wh = wx.reshape(len(wx), 3, -1), wh.reshape(len(wh), 3, -1)
        a = np.einsum("nd,dkh->knh", x, wx) + bx.reshape(3, 1, -1)
        s = np.einsum("nj,jkh->knh", h, wh) + bh.reshape(3, 1, -1)
        r, z = sigma(a[:2] + s[:2])
        new = s[2] * r
        new += a[2]
        np.tanh(new, out=new)
        out = z * h
        out += (1 - z) * new
        return out, {"x": x, "h": h, "wx": wx, "wh": wh, "r": r, "z": z, "n": new, "s": s[2]}

    def gru_step_backward(dh, cache):
        r, z, n = cache["r"], cache["z"], cache["n"]
        da = np.empty((3, *dh.shape), dtype=dh.dtype)
        da[2] = dh * (1 - z) * (1 - n**2)
        da[0] = da[2] * cache["s"] * r * (1 - r)
        da[1] = dh * (cache["h"] - n) * z * (1 - z)
        ds = da * np.stack([np.ones_like(r), np.ones_like(r), r])
        dx, back = np.einsum("knh,dkh->nd", da, cache["wx"]), np.einsum("knh,jkh->nj", ds, cache["wh"])
        dwx, dwh = np.einsum("nd,knh->dkh", cache["x"], da), np.einsum("nj,knh->jkh", cache["h"], ds)
        flat = [dw.reshape(len(dw), -1) for dw in (dwx, dwh)]
        return dx, dh * z + back, *flat, da.sum(axis=1).ravel(), ds.sum(axis=1).ravel()


def styles():
    for style in (Vectorised, Loops, Einsum):
        written = {name: f for name, f in vars(style).items() if inspect.isfunction(f)}
        for name in written:
            yield pytest.param(name, written, id=f"{style.__name__}-{name}")


@pytest.mark.parametrize(("name", "written"), list(styles()))
def test_other_styles_pass(name, written):
    outcome = grade("lstm", name, **written)
    assert outcome.status == "passed", [case for case in outcome.cases if case.status != "passed"]


def test_a_wrong_gate_order_is_named_and_costs_the_points():
    def step(x, h, c, wx, wh, b):
        checked(x)
        i, f, o, g = np.split(x @ wx + h @ wh + b, 4, axis=1)
        new = sigma(f) * c + sigma(i) * np.tanh(g)
        return sigma(o) * np.tanh(new), new, None

    outcome = grade("lstm", "lstm_step_forward", lstm_step_forward=step)
    assert outcome.status == "failed"
    assert outcome.mistakes == ("output_before_candidate",)
    assert not outcome.earned


@pytest.mark.parametrize("limit", [25, 30, 500])
@pytest.mark.parametrize("style", [Vectorised, Einsum])
def test_a_clip_that_no_gate_shows_costs_nothing_later(style, limit, monkeypatch):
    """Where gates are shut, the exact gradients are zero, and what a clipped sigmoid leaves there is not."""
    monkeypatch.setitem(globals(), "sigma", lambda z: 1 / (1 + np.exp(-np.clip(z, -limit, limit))))
    written = {name: f for name, f in vars(style).items() if inspect.isfunction(f)}
    written["gate"] = lambda x, h, wx, wh, b: sigma(checked(x) or x @ wx + h @ wh + b)
    for name in written:
        outcome = grade("lstm", name, **written)
        assert outcome.status == "passed", [case for case in outcome.cases if case.status != "passed"]


@pytest.mark.parametrize("limit", [10, 20])
def test_a_clip_that_matters_is_named_at_the_gate(limit):
    def gate(x, h, wx, wh, b):
        checked(x)
        return sigma(np.clip(x @ wx + h @ wh + b, -limit, limit))

    outcome = grade("lstm", "gate", gate=gate)
    assert outcome.mistakes == (f"gate_clipped_at_{limit}",)


def test_swapped_biases_are_not_taken_for_equal_ones():
    def backward(dh, cache):
        *rest, dbx, dbh = Vectorised.gru_step_backward(dh, cache)
        return *rest, dbh, dbx

    functions = {"gru_step_forward": Vectorised.gru_step_forward, "gru_step_backward": backward}
    assert grade("lstm", "gru_step_backward", **functions).mistakes == ("biases_swapped",)
