"""Whether a world can be simulated: its shapes, its probabilities, its rivalries."""

import numpy as np

from .attribution import parse
from .errors import InputError
from .partcheck import check_parts
from .world import SIZES, World

Shape = tuple[int, ...]


def check_world(world: World) -> None:
    """Check a world before anything is drawn from it.

    Raises
    ------
    InputError
        Where arrays do not fit the axes, are no probabilities, a rivalry is not written
        canonically, or a record names what the world does not hold; every problem at once.
    """
    problems = [
        f"world.{name} has shape {value.shape}, its axes ask for "
        f"{' or '.join(map(str, dict.fromkeys(shapes)))}"
        for name, shapes in _shapes(world).items()
        if (value := getattr(world, name)) is not None and value.shape not in shapes
    ]
    problems += check_parts(world)
    problems = problems or _not_probabilities(world) + _not_canonical(world) + _not_possible(world)
    if problems:
        raise InputError(problems)


def _shapes(world: World) -> dict[str, tuple[Shape, ...]]:
    """Return the shapes that each array may have."""
    n_author, n_source, n_kind = len(world.authors), len(world.sources), len(world.kinds)
    n_region, n_period = len(world.regions), len(world.periods)
    n_size, n_class, n_own = len(SIZES), len(world.victim_classes), len(world.organizations)
    by_kind = (n_kind, n_class)
    return {
        "rate": ((n_author, n_region, n_period, n_kind),),
        "size": ((n_author, n_region, n_kind, n_size),),
        "detection": ((n_source, n_region, n_kind, n_size),),
        "visibility": ((n_source,),),
        "right": ((n_source,),),
        "unknown": ((n_source, n_author), (n_source, n_region, n_author)),
        "blame": ((n_author,), (n_source, n_author)),
        "one_sided": ((n_source,),),
        "split": ((len(world.rivalries),),),
        "told_split": ((len(world.rivalries),),),
        "set_size": ((n_source, world.set_size.shape[-1]),),
        "confusion": ((n_source, n_author, n_author),),
        "claim": _claim_shapes(n_author, n_region, n_period),
        "victim_class": (by_kind, (n_author, *by_kind)) if n_class else ((0, 0),),
        "never_visible": ((n_author,),),
        "group_visibility": ((n_source,),),
        "silencing": ((n_source, n_author), (n_source, n_author, n_period)),
        "habits": ((n_source, n_period),),
        "class_detection": ((n_source, n_class),),
        "copying": ((len(world.groups),),),
        "delay": ((n_source, 2),),
        "presence": ((n_own, n_region), (n_own, n_region, n_period)),
        "count_error": ((n_source,),),
        "count_range": ((n_source,),),
        "rivalry_weight": ((n_own, n_own),),
    }


def _claim_shapes(n_author: int, n_region: int, n_period: int) -> tuple[Shape, ...]:
    flat = tuple((n_author, n_author + nobody) for nobody in (0, 1))
    cells = tuple((r, t) for r in (1, n_region) for t in (1, n_period))
    return flat + tuple(cell + last for cell in cells for last in flat)


def _not_probabilities(world: World) -> list[str]:
    tables = ["size", "set_size", "confusion", "claim"]
    tables += ["victim_class"] if world.victim_classes else []
    sums = [
        f"world.{name} does not sum to one over its last axis"
        for name in tables
        if (value := getattr(world, name)) is not None
        and not ((value >= 0).all() and np.allclose(value.sum(axis=-1), 1.0))
    ]
    shares = ("right", "unknown", "one_sided", "split", "told_split", "never_visible")
    unit = [
        f"world.{name} has values outside 0 to 1"
        for name in (*shares, "copying", "count_error", "count_range")
        if (value := getattr(world, name)) is not None and not ((value >= 0) & (value <= 1)).all()
    ]
    positive = [
        f"world.{name} has values that are negative or not finite"
        for name in ("rate", "blame", "rivalry_weight")
        if (value := getattr(world, name)) is not None
        and (not (value >= 0).all() or not np.isfinite(value).all())
    ]
    return sums + unit + positive


def _not_possible(world: World) -> list[str]:
    """Note numbers that no law allows."""
    wrong = {
        "noise_sd is negative": world.noise_sd < 0,
        "own_noise_sd is negative": world.own_noise_sd < 0,
        "rate_tail is not above 1": world.rate_tail is not None and world.rate_tail <= 1,
        "low_share is not inside 0 to 1": world.low_share is not None
        and not 0 < world.low_share < 1,
        "delay has a shape that is not above 0": world.delay is not None
        and not (world.delay[:, 1] > 0).all(),
        "rivalry_weight is not symmetric": world.rivalry_weight is not None
        and not np.array_equal(world.rivalry_weight, world.rivalry_weight.T),
        "group_visibility is given to a source without a group": world.group_visibility is not None
        and any(
            weight != 0 and spec.group is None
            for weight, spec in zip(world.group_visibility, world.sources, strict=True)
        ),
    }
    return [f"world.{what}" for what, is_so in wrong.items() if is_so]


def _not_canonical(world: World) -> list[str]:
    wrong = [
        f"world.rivalries: '{text}' is not canonical, write '{parse(text)}'"
        for text in world.rivalries
        if str(parse(text)) != text
    ]
    n_single = len(world.organizations) + world.has_other
    too_large = world.set_size[:, n_single:].any()
    return wrong + (["world.set_size: a set is larger than the roster"] if too_large else [])
