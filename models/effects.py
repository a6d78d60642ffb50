"""Reading effects from a value of the parameters: absent ones are zero, walks are summed."""

from typing import Any

from .engine import Array, Params


def effect(params: Params, name: str, shape: tuple[int, ...], xp: Any) -> Array:
    """An effect, or zeros of ``shape`` where the model has none."""
    return params[name] if name in params else xp.zeros(shape)


def scaled(params: Params, name: str, shape: tuple[int, ...], xp: Any) -> Array:
    """An effect declared in units of its scale, or zeros of ``shape``."""
    return params[f"{name}_scale"] * params[name] if name in params else xp.zeros(shape)


def centred_walk(params: Params, name: str, shape: tuple[int, int], xp: Any) -> Array:
    """Walks that average to zero over the periods, shape (level, period) = ``shape``."""
    if name not in params:
        return xp.zeros(shape)
    steps = params[f"{name}_scale"] * params[name]
    path = xp.concatenate([xp.zeros((1, shape[0])), xp.cumsum(steps, axis=0)], axis=0)
    return (path - path.mean(axis=0, keepdims=True)).T
