r"""From the moments of two sources of a group straight to their logits, on the way back.

Of two sources with p, q = 1 - p and p', q' at a node of weight w, and gradients d in the moments of
both reporting, one, the other and none,

.. math:: \partial / \partial \operatorname{logit} p =
    \sum w\,p\,q\,\bigl(p' (d_{11} - d_{01}) + q' (d_{10} - d_{00})\bigr),

one pass for each source and node instead of two for each moment, and no gradient in p itself.
Nearly all groups are of two sources.
"""

from .compiled import inlined, loop


@inlined
def is_pair(lay, k):
    """Whether a moment has two factors."""
    return lay.piece_start[k + 1] - lay.piece_start[k] == 2


@inlined
def pair_end(lay, k, last):
    """Where the moments of the same two sources end that begin at one of theirs."""
    at = lay.piece_start[k]
    one, two = lay.piece[at] // 2, lay.piece[at + 1] // 2
    end = k + 1
    while end < last and is_pair(lay, end):
        at = lay.piece_start[end]
        if lay.piece[at] // 2 != one or lay.piece[at + 1] // 2 != two:
            break
        end += 1
    return end


@inlined
def pair_back(t, got, lay, first, k, end, epoch):
    """Carry the gradient of the moments k to end, of the same two sources, to their logits.

    Returns the sources, and the sums over authors and nodes.
    """
    at, none = lay.piece_start[k], got.moment.shape[0] - 1
    one, two = lay.piece[at] // 2, lay.piece[at + 1] // 2
    both, this, that, neither = none, none, none, none  # a row of zeros
    for m in range(k, end):
        at = lay.piece_start[m]
        told, also = lay.piece[at] % 2 == 0, lay.piece[at + 1] % 2 == 0
        if told and also:
            both = m - first
        elif told:
            this = m - first
        elif also:
            that = m - first
        else:
            neither = m - first
    by_one, by_two = 0.0, 0.0
    for block in range(lay.group_weights.shape[0]):
        weight = lay.group_weights[block]
        by_one += _to_logit(t.pure, got.logit, got.moment, one, two, epoch, block, weight,
                            both, that, this, neither)  # fmt: skip
        by_two += _to_logit(t.pure, got.logit, got.moment, two, one, epoch, block, weight,
                            both, this, that, neither)  # fmt: skip
    return one, two, by_one, by_two


@loop
def _to_logit(pure, logit, d, s, other, epoch, block, weight, d11, d01, d10, d00):
    """One source's part: d by moment, first index its own report, second the other's."""
    slope, own, else_ = 0.0, 2 * s, 2 * other
    for i in range(pure.shape[2]):
        by = pure[else_, block, i] * (d[d11, i] - d[d01, i])
        by += pure[else_ + 1, block, i] * (d[d10, i] - d[d00, i])
        change = weight * pure[own, block, i] * pure[own + 1, block, i] * by
        logit[s, epoch, block, i] += change
        slope += change
    return slope
