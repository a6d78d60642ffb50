"""Which parts of the model a run leaves out, and how a release says so."""

from collections.abc import Sequence

from ..data.evidence import Evidence
from ..data.rounds import Round
from ..models.structure import NORMAL, PARTS, Structure


def structure_of(without: Sequence[str] = (), visibility: str = NORMAL) -> Structure:
    """Make the structure with a law of visibility that leaves some parts of the model out."""
    return Structure(visibility=visibility).without(*without)


def left_out(structure: Structure) -> tuple[str, ...]:
    """Name the parts that a structure leaves out, in the order of ``PARTS``."""
    return tuple(part for part in PARTS if not getattr(structure, part))


def options_of(structure: Structure) -> str:
    """Write a structure as options of the command; "" for the whole model."""
    parts = [f"--without {part}" for part in left_out(structure)]
    law = [] if structure.visibility == NORMAL else [f"--visibility {structure.visibility}"]
    return " ".join([*law, *parts])


def notes(structure: Structure) -> tuple[str, ...]:
    """Say what is not as in the whole model; nothing where all is."""
    said = []
    if parts := left_out(structure):
        said.append(
            f"Left out of the model in this run, to compare: {', '.join(parts)}. The result is "
            "that of a simpler model, and no finding of its own."
        )
    if structure.visibility != NORMAL:
        said.append(
            "The visibility that all sources share follows the law of two classes of incidents "
            "in this run, not the normal law."
        )
    if structure.confusion:
        said.append(
            "Each source has a full table of whom it writes for whom in this run, in place of "
            "accuracy, notoriety and claims."
        )
    return tuple(said)


def idle(structure: Structure, round_: Round, evidence: Evidence) -> tuple[str, ...]:
    """Say which parts are left out in vain, since the round has nothing that they would read."""
    there = {
        "totals": evidence.aggregates is not None,
        "events": round_.events is not None,
        "covariates": round_.covariates is not None,
        "presence": round_.presence is not None,
    }
    vain = [part for part in left_out(structure) if not there.get(part, True)]
    if not vain:
        return ()
    return (f"This round has no {', no '.join(vain)}: leaving that out changes nothing.",)
