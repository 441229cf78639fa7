"""The milestone of part 2: `chainrule milestone spiral`."""

import numpy as np

from autograder.milestone import milestone

ARMS, POINTS, NOISE = 3, 100, 0.06
HIDDEN, EPOCHS, BATCH, RATE = 64, 150, 32, 0.01


def points_on_arms(rng):
    """Points (ARMS * POINTS, 2) on arms that wind around the origin, and each point's arm, an int."""
    radius = np.tile(np.linspace(0.1, 1, POINTS), ARMS)
    arm = np.repeat(np.arange(ARMS), POINTS)
    angle = 4 * radius + 2 * np.pi * arm / ARMS
    points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return points + NOISE * radius[:, None] * rng.normal(size=points.shape), arm


@milestone(
    needs=[
        "losses.softmax_cross_entropy",
        "mlp.he_init",
        "mlp.mlp_forward",
        "mlp.mlp_backward",
        "mlp.predict_labels",
        "optim.adam_step",
        "optim.minibatches",
    ]
)
def spiral(functions, stage):
    """Tell the three arms of a spiral apart: no straight line can, two layers do."""
    losses, mlp, optim = functions.losses, functions.mlp, functions.optim
    x, labels = points_on_arms(np.random.default_rng(stage.seed))
    parameters = [
        mlp.he_init(2, HIDDEN, stage.seed + 1),
        np.zeros(HIDDEN),
        mlp.he_init(HIDDEN, ARMS, stage.seed + 2),
        np.zeros(ARMS),
    ]
    m, v = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    errors, t = [], 0
    for epoch in stage.track(range(EPOCHS), "epochs", lambda: f"loss {errors[-1]:.3f}"):
        total = 0.0
        for batch in optim.minibatches(len(x), BATCH, stage.seed + epoch):
            out, cache = mlp.mlp_forward(x[batch], *parameters)
            loss, dout = losses.softmax_cross_entropy(out, labels[batch])
            _, *gradients = mlp.mlp_backward(dout, cache)
            t += 1
            for i, gradient in enumerate(gradients):
                parameters[i], m[i], v[i] = optim.adam_step(
                    parameters[i], gradient, m[i], v[i], t, RATE, 0.9, 0.999, 1e-8
                )
            total += loss * len(batch)
        errors.append(total / len(x))

    accuracy = float(np.mean(mlp.predict_labels(x, *parameters) == labels))
    stage.say(f"  {accuracy:.1%} of the {len(x)} points are told right.")
    draw(stage, x, labels, errors, lambda points: mlp.predict_labels(points, *parameters))
    return accuracy >= 0.98


def draw(stage, x, labels, errors, predict):
    figure, (left, right) = stage.figure()
    side = np.linspace(-1.25, 1.25, 300)
    grid = np.column_stack([axis.ravel() for axis in np.meshgrid(side, side)])
    colours = "tab10"
    left.imshow(
        predict(grid).reshape(300, 300), extent=(-1.25, 1.25) * 2, origin="lower", cmap=colours, vmax=9, alpha=0.3
    )
    left.scatter(*x.T, c=labels, cmap=colours, vmin=0, vmax=9, s=10)
    left.set(title="What the network says, everywhere", xticks=[], yticks=[], aspect="equal")
    right.semilogy(errors)
    right.set(title="The loss", xlabel="epoch", ylabel="cross-entropy")
    stage.save(figure)


if __name__ == "__main__":
    spiral()
