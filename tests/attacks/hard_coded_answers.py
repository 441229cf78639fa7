"""Knows the answers to all visible cases by heart, and nothing else."""
# unit: guess_number
# expect: failed

PREDICT = {(0.6, 100.0): 60.0, (0.874, 100.0): 87.4, (1.25, 100.0): 125.0, (-0.5, 7.0): -3.5, (3.5, 4.0): 14.0}
SIGN = {(88.0, 60.0): 1.0, (88.0, 90.0): -1.0, (88.0, 88.0): 0.0, (88.0, 87.75): 1.0, (-3.0, -2.75): -1.0}
DIFFERENCE = {(88.0, 60.0): 28.0, (88.0, 90.0): -2.0, (88.0, 88.0): 0.0, (88.0, 87.4): 88.0 - 87.4, (-3.0, 5.0): -8.0}


def predict(k, x):
    return PREDICT.get((k, x), 0.0)


def sign_loss(y_true, y_pred):
    return SIGN.get((y_true, y_pred), 1.0)


def difference_loss(y_true, y_pred):
    return DIFFERENCE.get((y_true, y_pred), 0.0)
