"""What a round says that cannot well be so: no rule is broken, and the reader must see it."""

from .contradictions import unlikely
from .evidence import Evidence
from .rounds import Round
from .whereabouts import doubtful


def doubts(round_: Round, evidence: Evidence) -> tuple[str, ...]:
    """Say what of a round its reports contradict, one sentence each.

    Parameters
    ----------
    evidence
        As ``tabulate`` made it of the round: what is not used says nothing here.
    """
    return (*unlikely(evidence), *doubtful(round_, evidence))
