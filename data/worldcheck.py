"""Whether a world can be simulated: its shapes, its probabilities, its rivalries."""

import numpy as np

from .attribution import parse
from .errors import InputError
from .world import SIZES, World


def check_world(world: World) -> None:
    """Check a world before anything is drawn from it.

    Raises
    ------
    InputError
        Where arrays do not fit the axes, are no probabilities, or a rivalry is not written
        canonically; every problem at once.
    """
    n_author, n_source, n_kind = len(world.authors), len(world.sources), len(world.kinds)
    n_region, n_period = len(world.regions), len(world.periods)
    n_size = len(SIZES)
    shapes = {
        "rate": (n_author, n_region, n_period, n_kind),
        "size": (n_author, n_region, n_kind, n_size),
        "detection": (n_source, n_region, n_kind, n_size),
        "visibility": (n_source,),
        "right": (n_source,),
        "unknown": (n_source, n_author),
        "blame": (n_author,),
        "one_sided": (n_source,),
        "split": (len(world.rivalries),),
        "told_split": (len(world.rivalries),),
        "set_size": (n_source, world.set_size.shape[-1]),
        "confusion": (n_source, n_author, n_author),
        "claim": (n_author, n_author),
        "victim_class": (n_kind, len(world.victim_classes)) if world.victim_classes else (0, 0),
    }
    problems = [
        f"world.{name} has shape {value.shape}, its axes ask for {shape}"
        for name, shape in shapes.items()
        if (value := getattr(world, name)) is not None and value.shape != shape
    ]
    problems = problems or _not_probabilities(world) + _not_canonical(world)
    if problems:
        raise InputError(problems)


def _not_probabilities(world: World) -> list[str]:
    tables = ["size", "set_size", "confusion", "claim"]
    tables += ["victim_class"] if world.victim_classes else []
    sums = [
        f"world.{name} does not sum to one over its last axis"
        for name in tables
        if (value := getattr(world, name)) is not None
        and not ((value >= 0).all() and np.allclose(value.sum(axis=-1), 1.0))
    ]
    unit = [
        f"world.{name} has values outside 0 to 1"
        for name in ("right", "unknown", "one_sided", "split", "told_split")
        if (value := getattr(world, name)) is not None and ((value < 0) | (value > 1)).any()
    ]
    positive = [
        f"world.{name} has values that are negative or not finite"
        for name in ("rate", "blame")
        if not ((value := getattr(world, name)) >= 0).all() or not np.isfinite(value).all()
    ]
    return sums + unit + positive


def _not_canonical(world: World) -> list[str]:
    wrong = [
        f"world.rivalries: '{text}' is not canonical, write '{parse(text)}'"
        for text in world.rivalries
        if str(parse(text)) != text
    ]
    n_single = len(world.organizations) + world.has_other
    too_large = world.set_size[:, n_single:].any()
    return wrong + (["world.set_size: a set is larger than the roster"] if too_large else [])
