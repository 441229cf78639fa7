"""The milestone of part 3: `chainrule milestone digits`."""

import numpy as np

from autograder.milestone import milestone

FILTERS, HIDDEN, CLASSES = 24, 64, 10
EPOCHS, BATCH, RATE = 20, 32, 0.003
ADAM = 0.9, 0.999, 1e-8
TEST = 360  # of the 1,797 images


@milestone(
    needs=[
        "losses.softmax_cross_entropy",
        "mlp.relu_forward",
        "mlp.relu_backward",
        "mlp.he_init",
        "mlp.mlp_forward",
        "mlp.mlp_backward",
        "optim.adam_step",
        "optim.cosine_decay",
        "optim.minibatches",
        "conv.conv2d_forward",
        "conv.conv2d_backward",
        "conv.max_pool2d_forward",
        "conv.max_pool2d_backward",
    ]
)
def digits(functions, stage):
    """Read handwritten digits with a convolution, pooling and two layers."""
    losses, mlp, optim, conv = functions.losses, functions.mlp, functions.optim, functions.conv
    (x, labels), (x_test, labels_test) = handwritten(stage.seed)
    stage.say(f"{len(x)} images of 8×8 pixels to learn from, {len(x_test)} others to be tested on.")
    features = FILTERS * 4 * 4
    parameters = [
        mlp.he_init(9, FILTERS, stage.seed).T.reshape(FILTERS, 1, 3, 3),
        np.zeros(FILTERS),
        mlp.he_init(features, HIDDEN, stage.seed + 1),
        np.zeros(HIDDEN),
        mlp.he_init(HIDDEN, CLASSES, stage.seed + 2),
        np.zeros(CLASSES),
    ]

    def forward(images):
        """Scores (N, 10), and what the backward needs."""
        w, b, *layers = parameters
        convolved, conv_cache = conv.conv2d_forward(images, w, b, 1, 1)
        rectified, relu_cache = mlp.relu_forward(convolved)
        pooled, pool_cache = conv.max_pool2d_forward(rectified, 2, 2)
        scores, mlp_cache = mlp.mlp_forward(pooled.reshape(len(images), -1), *layers)
        return scores, (conv_cache, relu_cache, pool_cache, mlp_cache, pooled.shape)

    def backward(dscores, cache):
        """The gradients of the parameters, in their order."""
        conv_cache, relu_cache, pool_cache, mlp_cache, shape = cache
        dflat, *dlayers = mlp.mlp_backward(dscores, mlp_cache)
        dpooled = conv.max_pool2d_backward(dflat.reshape(shape), pool_cache)
        _, dw, db = conv.conv2d_backward(mlp.relu_backward(dpooled, relu_cache), conv_cache)
        return [dw, db, *dlayers]

    m, v = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    accuracies = []
    batches_of = [optim.minibatches(len(x), BATCH, stage.seed + epoch) for epoch in range(EPOCHS)]
    batches = [batch for batches in batches_of for batch in batches]
    rounds = stage.track(batches, "batches", lambda: f"tested {accuracies[-1]:.1%}" if accuracies else "")
    for t, batch in enumerate(rounds, start=1):
        scores, cache = forward(x[batch])
        _, dscores = losses.softmax_cross_entropy(scores, labels[batch])
        rate = optim.cosine_decay(RATE, t - 1, len(batches))
        for i, d in enumerate(backward(dscores, cache)):
            parameters[i], m[i], v[i] = optim.adam_step(parameters[i], d, m[i], v[i], t, rate, *ADAM)
        if t % len(batches_of[0]) == 0:
            accuracies.append(float(np.mean(forward(x_test)[0].argmax(axis=1) == labels_test)))

    scores, _ = forward(x_test)
    stage.say(f"  {accuracies[-1]:.1%} of the test images are read right.")
    draw(stage, x_test, labels_test, scores.argmax(axis=1), parameters[0], accuracies)
    return accuracies[-1] >= 0.97


def handwritten(seed):
    """scikit-learn's digits, shuffled: images (N, 1, 8, 8) from 0 to 1 and labels (N,), to train and to test with."""
    from sklearn.datasets import load_digits

    data = load_digits()
    order = np.random.default_rng(seed).permutation(len(data.target))
    x, labels = data.images[order, None] / 16, data.target[order]
    return (x[TEST:], labels[TEST:]), (x[:TEST], labels[:TEST])


def draw(stage, x, labels, read, filters, accuracies):
    figure, axes = stage.figure(5, 8, (10, 7))
    wrong = np.flatnonzero(read != labels)[:8]
    right = np.flatnonzero(read == labels)[:16]
    rows = [(right[:8], "green"), (right[8:], "green"), (wrong, "red")]
    for line, (chosen, colour) in zip(axes, rows, strict=False):
        for axis, i in zip(line, chosen, strict=False):
            axis.imshow(x[i, 0], cmap="gray_r")
            axis.set_title(
                str(read[i]) if read[i] == labels[i] else f"{read[i]}, not {labels[i]}", color=colour, fontsize=10
            )
    for axis, image in zip(axes[3:].flat, filters[:, 0], strict=False):
        axis.imshow(image, cmap="RdBu", vmin=-np.abs(filters).max(), vmax=np.abs(filters).max())
    axes[3, 0].set_title("the filters it has learned", loc="left", fontsize=10)
    for axis in axes.flat:
        axis.set_axis_off()
    figure.suptitle(f"Test images as they were read: {accuracies[-1]:.1%} right")
    stage.save(figure)


if __name__ == "__main__":
    digits()
