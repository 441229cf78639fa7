"""The optimizers and schedules as torch has them: an independent witness of the references.

Missing is minibatches, which is judged by what it does.
"""

import torch


def sgd_step(w, dw, lr):
    return moved(w, dw, torch.optim.SGD([w], lr=lr))


def momentum_step(w, dw, v, lr, momentum):
    optimizer = torch.optim.SGD([w], lr=lr, momentum=momentum)
    optimizer.state[w]["momentum_buffer"] = v
    return moved(w, dw, optimizer), v if momentum else dw  # without momentum, torch keeps no velocity


def nesterov_step(w, dw, v, lr, momentum):
    if not momentum:  # torch refuses it: there is nothing to look ahead with
        return momentum_step(w, dw, v, lr, momentum)
    optimizer = torch.optim.SGD([w], lr=lr, momentum=momentum, nesterov=True)
    optimizer.state[w]["momentum_buffer"] = v
    return moved(w, dw, optimizer), v


def adam_step(w, dw, m, v, t, lr, beta1, beta2, eps):
    optimizer = torch.optim.Adam([w], lr=lr, betas=(beta1, beta2), eps=eps)
    optimizer.state[w].update(step=torch.tensor(float(t - 1)), exp_avg=m, exp_avg_sq=v)
    return moved(w, dw, optimizer), m, v


def step_decay(lr, epoch, drop, every):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    return after(epoch, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, every, drop))


def cosine_decay(lr, step, total):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    return after(min(step, total), optimizer, torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total))


def moved(w, dw, optimizer):
    """w after a step, which torch takes in place."""
    w.grad = dw
    optimizer.step()
    return w


def after(steps, optimizer, scheduler):
    """The learning rate after so many steps of the scheduler."""
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
    return scheduler.get_last_lr()[0]


def clip_by_global_norm(grads, max_norm):
    parameters = [torch.zeros_like(g) for g in grads]
    for parameter, g in zip(parameters, grads, strict=True):
        parameter.grad = g
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters], norm
