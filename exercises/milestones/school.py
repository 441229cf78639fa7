"""The milestone of part 1: `chainrule milestone school`."""

import numpy as np

from autograder.milestone import milestone

SECRET = np.array([0.2, 0.7, 0.1])  # virtue, study, health
SUBJECTS = ("virtue", "study", "health")
STUDENTS, STEPS, RATE = 40, 150, 1.0


@milestone(
    needs=[
        "linear.linear_forward",
        "linear.linear_backward",
        "linear.softmax_weights_forward",
        "linear.softmax_weights_backward",
        "losses.mse_loss",
    ]
)
def school(functions, stage):
    """Find the weights that a school gives its three grades."""
    linear, losses = functions.linear, functions.losses
    rng = np.random.default_rng(stage.seed)
    grades = rng.uniform(60, 100, size=(STUDENTS, 3))
    totals = (grades @ SECRET)[:, None]
    stage.say(f"The school knows its weights, we know {STUDENTS} students' grades and totals.")

    # Around their means and in units of ten, grades make one learning rate fit all three weights. Weights that sum to 1
    # predict the centred totals from the centred grades just as they do the raw ones.
    x, y = (grades - grades.mean(axis=0)) / 10, (totals - totals.mean()) / 10
    v, no_bias = np.zeros(3), np.zeros(1)
    seen, errors = [], []
    for _ in stage.track(range(STEPS), "descending", lambda: f"loss {errors[-1]:.2e}"):
        w, softmax_cache = linear.softmax_weights_forward(v)
        out, cache = linear.linear_forward(x, w[:, None], no_bias)
        loss, dout = losses.mse_loss(out, y)
        _, dw, _ = linear.linear_backward(dout, cache)
        v = v - RATE * linear.softmax_weights_backward(dw[:, 0], softmax_cache)
        seen.append(w)
        errors.append(loss)

    found, _ = linear.softmax_weights_forward(v)
    for subject, secret, weight in zip(SUBJECTS, SECRET, found, strict=True):
        stage.say(f"  {subject:<7} found {weight:.4f}   secret {secret}")
    draw(stage, np.array(seen), errors)
    return bool(np.abs(found - SECRET).max() < 0.001)


def draw(stage, seen, errors):
    figure, (left, right) = stage.figure()
    for subject, secret, path in zip(SUBJECTS, SECRET, seen.T, strict=True):
        (line,) = left.plot(path, label=subject)
        left.axhline(secret, color=line.get_color(), linestyle=":")
    left.set(title="The weights find the school's (dotted)", xlabel="step", ylabel="weight", xlim=(0, 60), ylim=(0, 1))
    left.legend()
    right.semilogy(errors)
    right.set(title="The loss", xlabel="step", ylabel="mean squared error")
    stage.save(figure)


if __name__ == "__main__":
    school()
