"""Rules as torch.optim and optax have them, to be compared with; where these are not installed, the test is skipped."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.descent.rules import rule_name
from sim.descent.rules.protocol import Rule
from sim.surface.points import Array

AnyRule = Rule[Any]
Words = dict[str, Any]


def _moments(rule: Any) -> Words:
    return {"betas": (rule.beta1, rule.beta2), "eps": rule.epsilon}


TORCH: dict[str, tuple[str, Callable[[Any], Words]]] = {
    "gradient descent": ("SGD", lambda _: {}),
    "momentum": ("SGD", lambda rule: {"momentum": rule.decay}),
    "torch momentum": ("SGD", lambda rule: {"momentum": rule.decay, "dampening": rule.dampening}),
    "nesterov": ("SGD", lambda rule: {"momentum": rule.decay, "nesterov": True}),
    "torch nesterov": ("SGD", lambda rule: {"momentum": rule.decay, "nesterov": True}),
    "adagrad": ("Adagrad", lambda rule: {"eps": rule.epsilon}),
    "adadelta": ("Adadelta", lambda rule: {"rho": rule.rho, "eps": rule.epsilon}),
    "rmsprop": ("RMSprop", lambda rule: {"alpha": rule.alpha, "eps": rule.epsilon}),
    "rmsprop momentum": (
        "RMSprop",
        lambda rule: {"alpha": rule.alpha, "eps": rule.epsilon, "momentum": rule.decay},
    ),
    "centered rmsprop": (
        "RMSprop",
        lambda rule: {"alpha": rule.alpha, "eps": rule.epsilon, "momentum": rule.decay, "centered": True},
    ),
    "adam": ("Adam", _moments),
    "adamax": ("Adamax", _moments),
    "amsgrad": ("Adam", lambda rule: {**_moments(rule), "amsgrad": True}),
    "nadam": ("NAdam", lambda rule: {**_moments(rule), "momentum_decay": rule.momentum_decay}),
    "radam": ("RAdam", _moments),
    "adamw": ("AdamW", _moments),
}
"""Which class of torch.optim a rule is, and with which settings besides its learning rate and weight decay."""

OPTAX: dict[str, tuple[str, Callable[[Any], Words]]] = {
    "gradient descent": ("sgd", lambda _: {}),
    "torch momentum": ("sgd", lambda rule: {"momentum": rule.decay}),  # Without dampening.
    "torch nesterov": ("sgd", lambda rule: {"momentum": rule.decay, "nesterov": True}),
    "sign sgd": ("sign_sgd", lambda _: {}),
    "lion": ("lion", lambda rule: {"b1": rule.beta1, "b2": rule.beta2, "weight_decay": rule.weight_decay}),
    "adam": ("adam", lambda rule: {"b1": rule.beta1, "b2": rule.beta2, "eps": rule.epsilon}),
    "adamw": (
        "adamw",
        lambda rule: {"b1": rule.beta1, "b2": rule.beta2, "eps": rule.epsilon, "weight_decay": rule.weight_decay},
    ),
    "adadelta": ("adadelta", lambda rule: {"rho": rule.rho, "eps": rule.epsilon}),
}
"""The same of optax, for rules whose gradients are neither clipped nor decayed."""


def torch_path(rule: AnyRule, start: Array, gradients: Array) -> Array:
    """Where torch's optimizer of that name is after each of these gradients (U, 2), from start (2,); shape (U, 2)."""
    torch = pytest.importorskip("torch")
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # NAdam keeps its product in it.
    try:
        theta = torch.tensor(start.tolist(), requires_grad=True)
        kind, words = TORCH[rule_name(rule)]
        decay = {"weight_decay": getattr(rule, "weight_decay", 0.0)}
        optimizer = getattr(torch.optim, kind)([theta], lr=rule.learning_rate, **words(rule), **decay)
        path = []
        for gradient in gradients:
            theta.grad = torch.tensor(gradient.tolist())
            if value := getattr(rule, "clip_value", 0.0):
                torch.nn.utils.clip_grad_value_([theta], value)
            if length := getattr(rule, "clip_norm", 0.0):
                torch.nn.utils.clip_grad_norm_([theta], length)
            optimizer.step()
            path.append(theta.detach().tolist())
        return np.array(path)
    finally:
        torch.set_default_dtype(usual)


def optax_path(rule: AnyRule, start: Array, gradients: Array) -> Array:
    """The same by optax."""
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    with jax.enable_x64(True):
        kind, words = OPTAX[rule_name(rule)]
        optimizer = getattr(optax, kind)(rule.learning_rate, **words(rule))
        theta, path = jax.numpy.asarray(start), []
        state = optimizer.init(theta)
        for gradient in gradients:
            movement, state = optimizer.update(jax.numpy.asarray(gradient), state, theta)
            theta = optax.apply_updates(theta, movement)
            path.append(np.asarray(theta).tolist())
        return np.array(path)
