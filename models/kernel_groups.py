"""Answers of groups as fused loops, and the way back; ``kernel_answers`` has the formulas."""

from .compiled import inlined, loop


@inlined
def fill_moments(t, lay, place):
    """Fill the moments of one place."""
    first = lay.moment_start[place]
    for k in range(first, lay.moment_start[place + 1]):
        begin, end = lay.piece_start[k], lay.piece_start[k + 1]
        _moment(t.moment, t.pure, t.product, lay.piece, begin, end, lay.group_weights, k - first)


@loop
def _moment(moment, pure, product, piece, first, last, weights, to):
    """Fill E Π; nearly all have one factor or two."""
    one, two, n = piece[first], piece[last - 1], weights.shape[0]
    for i in range(moment.shape[1]):
        moment[to, i] = 0.0
    if last - first == 1:
        for block in range(n):
            for i in range(moment.shape[1]):
                moment[to, i] += weights[block] * pure[one, block, i]
    elif last - first == 2:
        _pair(moment, pure, one, two, weights, to)
    else:
        for block in range(n):
            _pure_product(product, pure, piece, first, last, block)
            for i in range(moment.shape[1]):
                moment[to, i] += weights[block] * product[i]


@loop
def _pair(moment, pure, one, two, weights, to):
    threes = weights.shape[0] - weights.shape[0] % 3
    for block in range(0, threes, 3):
        _three_nodes(moment, pure, one, two, block, weights, to)
    for block in range(threes, weights.shape[0]):
        for i in range(moment.shape[1]):
            moment[to, i] += weights[block] * pure[one, block, i] * pure[two, block, i]


@loop
def _three_nodes(moment, pure, one, two, block, weights, to):
    """Three at a time: the moment is read and written a third as often."""
    w0, w1, w2 = weights[block], weights[block + 1], weights[block + 2]
    for i in range(moment.shape[1]):
        moment[to, i] += (
            w0 * pure[one, block, i] * pure[two, block, i]
            + w1 * pure[one, block + 1, i] * pure[two, block + 1, i]
            + w2 * pure[one, block + 2, i] * pure[two, block + 2, i]
        )


@loop
def _pure_product(product, pure, piece, first, last, block):
    for i in range(product.shape[0]):
        product[i] = 1.0
    for j in range(first, last):
        k = piece[j]
        for i in range(product.shape[0]):
            product[i] *= pure[k, block, i]


@inlined
def fill_answers(t, lay, visit):
    """Fill the answers of one visit, day and class of claims."""
    first, listers = lay.answer_start[visit], 2 * t.blocks.shape[0]
    for answer in range(first, lay.answer_start[visit + 1]):
        begin, end = lay.term_start[answer], lay.term_start[answer + 1]
        if begin == end:
            _by_node(t, lay, answer, listers + answer - first)
        for term in range(begin, end):
            _add_term(t, lay, term, listers + answer - first)


@inlined
def _add_term(t, lay, term, to):
    factor, moment, share, k = t.factor, t.moment, t.held, lay.term_moment[term]
    first, last = lay.held_start[term], lay.held_start[term + 1]
    if first == last:
        for i in range(factor.shape[1]):
            factor[to, i] = moment[k, i]
        return
    if not _all_hold(t.whole, lay.held, first, last):
        return
    one, two = lay.held[first], lay.held[last - 1]
    if last - first == 1:
        for i in range(factor.shape[1]):
            factor[to, i] += share[one, i] * moment[k, i]
    elif last - first == 2:
        for i in range(factor.shape[1]):
            factor[to, i] += share[one, i] * share[two, i] * moment[k, i]
    else:
        _held_product(t.product, share, lay.held, first, last, -1)
        for i in range(factor.shape[1]):
            factor[to, i] += t.product[i] * moment[k, i]


@loop
def _all_hold(whole, held, first, last):
    """Whether each of them holds something back."""
    result = True
    for j in range(first, last):
        result = result and not whole[held[j]]
    return result


@loop
def _held_product(product, share, held, first, last, but):
    """Fill Π h of a term, one of its listers left out."""
    for i in range(product.shape[0]):
        product[i] = 1.0
    for j in range(first, last):
        if j != but:
            s = held[j]
            for i in range(product.shape[0]):
                product[i] *= share[s, i]


@inlined
def _by_node(t, lay, answer, to):
    factor, product = t.factor, t.product
    for i in range(product.shape[0]):
        factor[to, i] = 0.0
    for block in range(lay.group_nodes.shape[0]):
        _node_product(t, lay, answer, block)
        for i in range(product.shape[0]):
            factor[to, i] += lay.group_weights[block] * product[i]


@inlined
def _node_product(t, lay, answer, block):
    for i in range(t.product.shape[0]):
        t.product[i] = 1.0
    for j in range(lay.part_start[answer], lay.part_start[answer + 1]):
        _times_part(t.product, t.pure, t.held, lay.part[j], block, t.whole[lay.part[j] // 2])


@loop
def _times_part(product, pure, held, k, block, whole):
    if k % 2 == 0 or whole:
        for i in range(product.shape[0]):
            product[i] *= pure[k, block, i]
    else:
        for i in range(product.shape[0]):
            product[i] *= pure[k, block, i] + held[k // 2, i] * pure[k - 1, block, i]


@inlined
def answers_back(t, got, lay, visit):
    """Carry the credit of answers to moments and shares held back; forget it."""
    first, listers = lay.answer_start[visit], 2 * t.blocks.shape[0]
    for answer in range(first, lay.answer_start[visit + 1]):
        spend(got.outer, got.credit, t.factor, listers + answer - first)
        begin, end = lay.term_start[answer], lay.term_start[answer + 1]
        if begin == end:
            _by_node_back(t, got, lay, answer)
        for term in range(begin, end):
            _term_back(t, got, lay, term)


@loop
def spend(outer, credit, factor, k):
    """Gradient in a factor from that in its logarithm, forgotten then."""
    for i in range(outer.shape[0]):
        outer[i] = credit[k, i] / factor[k, i]
    for i in range(outer.shape[0]):
        credit[k, i] = 0.0


@inlined
def _term_back(t, got, lay, term):
    first, last, k = lay.held_start[term], lay.held_start[term + 1], lay.term_moment[term]
    if not _all_hold(t.whole, lay.held, first, last):
        return
    one, two = lay.held[first], lay.held[last - 1]
    if first == last:
        _plain_back(got.outer, got.moment, k)
    elif last - first == 1:
        _one_back(got.outer, t.held, t.moment, got.held, got.moment, one, k)
    elif last - first == 2:
        _two_held_back(got.outer, t.held, t.moment, got.held, got.moment, one, two, k)
    else:
        _held_product(t.product, t.held, lay.held, first, last, -1)
        _product_back(got.outer, t.product, got.moment, k)
        for j in range(first, last):
            _held_product(t.product, t.held, lay.held, first, last, j)
            _product_back_held(got.outer, t.product, t.moment, got.held, lay.held[j], k)


@loop
def _plain_back(outer, d_moment, k):
    for i in range(outer.shape[0]):
        d_moment[k, i] += outer[i]


@loop
def _one_back(outer, held, moment, d_held, d_moment, one, k):
    for i in range(outer.shape[0]):
        d_moment[k, i] += outer[i] * held[one, i]
        d_held[one, i] += outer[i] * moment[k, i]


@loop
def _two_held_back(outer, held, moment, d_held, d_moment, one, two, k):
    for i in range(outer.shape[0]):
        d_moment[k, i] += outer[i] * held[one, i] * held[two, i]
    for i in range(outer.shape[0]):
        d_held[one, i] += outer[i] * moment[k, i] * held[two, i]
    for i in range(outer.shape[0]):
        d_held[two, i] += outer[i] * moment[k, i] * held[one, i]


@loop
def _product_back(outer, product, d_moment, k):
    for i in range(outer.shape[0]):
        d_moment[k, i] += outer[i] * product[i]


@loop
def _product_back_held(outer, product, moment, d_held, s, k):
    for i in range(outer.shape[0]):
        d_held[s, i] += outer[i] * product[i] * moment[k, i]


@inlined
def _by_node_back(t, got, lay, answer):
    for block in range(lay.group_nodes.shape[0]):
        _node_product(t, lay, answer, block)
        for j in range(lay.part_start[answer], lay.part_start[answer + 1]):
            k = lay.part[j]
            got.asked[k // 2] = 1
            whole = k % 2 == 0 or t.whole[k // 2]
            _part_back(t.product, t.pure, t.held, got.pure, got.held, got.outer, k, block,
                       lay.group_weights[block], whole)  # fmt: skip


@loop
def _part_back(product, pure, held, d_pure, d_held, outer, k, block, weight, whole):
    if whole:
        for i in range(product.shape[0]):
            d_pure[k, block, i] += weight * outer[i] * product[i] / pure[k, block, i]
        return
    s = k // 2
    for i in range(product.shape[0]):
        factor = pure[k, block, i] + held[s, i] * pure[k - 1, block, i]
        change = weight * outer[i] * product[i] / factor
        d_pure[k, block, i] += change
        d_pure[k - 1, block, i] += change * held[s, i]
        d_held[s, i] += change * pure[k - 1, block, i]


@inlined
def moment_back(t, got, lay, k, at):
    """Carry the gradient of a moment to its factors, but of two (``kernel_pairs``).

    Of more than two to their logarithms: a division for each would take most of the time.
    """
    begin, end = lay.piece_start[k], lay.piece_start[k + 1]
    for j in range(begin, end):
        got.asked[lay.piece[j] // 2] = 1
    if end - begin == 1:
        _one_moment_back(got.pure, got.moment, lay.piece[begin], lay.group_weights, at)
    else:
        _many_back(t.pure, t.product, got.logs, got.moment, lay.piece, begin, end,
                   lay.group_weights, at)  # fmt: skip


@loop
def _one_moment_back(d_pure, d_moment, k, weights, at):
    for block in range(weights.shape[0]):
        for i in range(d_moment.shape[1]):
            d_pure[k, block, i] += weights[block] * d_moment[at, i]


@loop
def _many_back(pure, product, logs, d_moment, piece, first, last, weights, at):
    for block in range(weights.shape[0]):
        _pure_product(product, pure, piece, first, last, block)
        for i in range(product.shape[0]):
            product[i] *= weights[block] * d_moment[at, i]
        for j in range(first, last):
            k = piece[j]
            for i in range(product.shape[0]):
                logs[k, block, i] += product[i]
