"""Optimizers of other libraries as rules: what they do to a parameter of two numbers is what moves the marble.

Neither torch nor optax is needed by the program: each is imported by who asks for it.
"""
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .of_optax import OptaxRule
    from .of_torch import TorchRule


def torch(kind: type[Any], **settings: Any) -> "TorchRule":
    """A class of torch.optim, or any other torch.optim.Optimizer, with its arguments, as a rule.

    Its `learning_rate` is the optimizer's lr, which a lane's schedule may change. Marbles are computed together where
    each of torch's own operations is known to treat every number by itself, else one after the other, such as those of
    a class of one's own, which may take norms over its parameter: there a marble is the whole parameter.

    An optimizer that evaluates its closure more than once in an update is refused; torch.optim.LBFGS does with
    max_iter=1.

    Raises:
        UseError: torch is not installed, or the optimizer does not take these settings.

    >>> import torch as pytorch  # doctest: +SKIP
    >>> rule = torch(pytorch.optim.Adam, lr=0.1, betas=(0.9, 0.99))  # doctest: +SKIP
    >>> rule.learning_rate  # doctest: +SKIP
    0.1
    """
    from .of_torch import torch_rule

    return torch_rule(kind, settings)


def optax(made: Any, *, learning_rate: float | None = None, **settings: Any) -> "OptaxRule":
    """A gradient transformation of optax as a rule, or a function that makes one with its arguments.

    `optax(optax.adam(0.1))` takes what is made, whose learning rate nobody can read: `learning_rate` says it, and is 1
    else. `optax(optax.adam, learning_rate=0.1, b1=0.9)` makes it. Where a lane's schedule makes another of it, the
    updates are multiplied with what it is over that. Only what is made here can go to worker processes.

    Numbers have double precision, whatever jax is set to elsewhere; no setting of jax is changed.

    Raises:
        UseError: optax is not installed, or it is no transformation, or does not take these settings.

    >>> import optax as deepmind  # doctest: +SKIP
    >>> optax(deepmind.adam(0.1), learning_rate=0.1).learning_rate  # doctest: +SKIP
    0.1
    """
    from .of_optax import optax_rule

    return optax_rule(made, learning_rate, settings)


def needed(name: str) -> Any:
    """A module of that name, which is not the program's.

    Raises:
        UseError: it is not installed.
    """
    from importlib import import_module

    from ..mistakes import UseError

    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise UseError(f"this needs {name}, which is not installed: python -m pip install {name}") from None


def told(error: BaseException) -> str:
    """What another library complains of, in a line."""
    first = cause(error)
    return " ".join(str(first).split()) or type(first).__name__


def cause(error: BaseException) -> BaseException:
    """What went wrong in an adapter's own method, where an error says so with the place in the adapter's file."""
    from ...descent.rules.guard import RuleFailure

    return error.__context__ or error if isinstance(error, RuleFailure) else error


FOREIGN = (TypeError, ValueError, RuntimeError, NotImplementedError, KeyError, AttributeError, AssertionError)
"""As what other libraries raise that they cannot do with what they are given."""
