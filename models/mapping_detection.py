"""Detection from the flat parameters, and gradients the way back, as compiled loops.

The compiled twin of ``detection.chances`` with ``silencing``, ``visibility`` and ``delay``, where
the formulas are. Functions that end in ``_back`` add to ``d``, the gradient of the flat parameters.
"""

import numpy as np

from .compiled import jit
from .kernel_tables import DetectionRef
from .mapping_effects import add_rows, add_rows_back, add_table, add_table_back
from .special import log_expit


@jit
def detection(values, at, ix, log_classes, listed):
    """All that histories hang on; ``listed`` is that of the listers."""
    n = ix.n_lister
    region, kind, size = (
        by_region(values, at, ix),
        np.zeros((n, ix.n_kind)),
        np.zeros((n, ix.n_size)),
    )
    victim_class, visibility = np.zeros((n, ix.n_class)), np.zeros(n)
    add_table(values, at.detection_kind_scale, at.detection_kind, kind, 0, n)
    add_table(values, at.detection_class_scale, at.detection_class, victim_class, 0, n)
    for s in range(n):
        visibility[s] = values[at.visibility + s]
        size[s] = values[at.detection_size + s] * ix.log_victims
    nodes, weights = _nodes(values, at, ix)
    mark = np.empty((ix.class_author.shape[0], ix.n_kind, ix.n_class))
    for q in range(mark.shape[0]):
        mark[q] = np.exp(log_classes[ix.class_author[q]])
    return DetectionRef(
        region, kind, size, victim_class, silencing(values, at, ix), visibility,
        _grouped(values, at, ix), nodes, weights, published(values, at, ix), listed, mark,
    )  # fmt: skip


@jit
def detection_back(values, at, ix, x, d_x, d):
    """Add the gradient of ``detection`` but for that in L and the class shares."""
    n = ix.n_lister
    by_region_back(values, at, ix, d_x.region, d)
    add_table_back(values, at.detection_kind_scale, at.detection_kind, d_x.kind, 0, n, d)
    add_table_back(values, at.detection_class_scale, at.detection_class, d_x.victim_class, 0, n, d)
    for s in range(n):
        d[at.visibility + s] += d_x.visibility[s]
        d[at.detection_size + s] += (d_x.size[s] * ix.log_victims).sum()
    if at.group_visibility >= 0:
        for j in range(d_x.group_visibility.shape[0]):
            d[at.group_visibility + j] += d_x.group_visibility[j]
    silencing_back(values, at, ix, d_x.author, d)
    _nodes_back(values, at, d_x.nodes, d_x.weights, d)
    published_back(values, at, ix, x.published, d_x.published, d)


@jit
def by_region(values, at, ix):
    """α_s + α_sr + b·x_sr, shape (lister, region)."""
    result = np.zeros((ix.n_lister, ix.n_region))
    add_table(values, at.detection_region_scale, at.detection_region, result, 0, ix.n_lister)
    for s in range(ix.n_lister):
        result[s] += values[at.detection + s]
    if at.detection_covariate >= 0:
        for c in range(ix.covariate.shape[0]):
            result += values[at.detection_covariate + c] * ix.covariate[c]
    return result


@jit
def by_region_back(values, at, ix, d_region, d):
    """Add the gradient of ``by_region``."""
    start, scale = at.detection_region, at.detection_region_scale
    add_table_back(values, scale, start, d_region, 0, ix.n_lister, d)
    for s in range(ix.n_lister):
        d[at.detection + s] += d_region[s].sum()
    if at.detection_covariate >= 0:
        for c in range(ix.covariate.shape[0]):
            d[at.detection_covariate + c] += (d_region * ix.covariate[c]).sum()


@jit
def _grouped(values, at, ix):
    """ξ' of the grouped listers."""
    if at.group_visibility < 0:
        return np.zeros(ix.n_grouped)
    return values[at.group_visibility : at.group_visibility + ix.n_grouped].copy()


@jit
def silencing(values, at, ix):
    """γ, shape (lister, reach class, epoch)."""
    k = ix.n_organization
    own, types = np.zeros((1, k)), np.zeros((ix.lister_type.max() + 1, k))
    add_table(values, at.silencing_scale, at.silencing, own, 0, 1)
    add_table(values, at.silencing_type_scale, at.silencing_type, types, 0, ix.n_silenced_type)
    courts = types.shape[0] - ix.n_silenced_type
    add_rows(
        values, at.court_selection_scale, at.court_selection, types, ix.n_silenced_type, courts
    )
    if at.silencing_common >= 0:
        for j in range(types.shape[0]):
            types[j] += values[at.silencing_common + j]
    result = np.zeros((ix.n_lister, ix.class_author.shape[0], ix.n_epoch))
    for s in range(ix.n_lister):
        for q in range(result.shape[1]):
            level = 0.0
            for i in range(k):
                level += ix.member[ix.class_author[q], i] * (
                    ix.lister_sees[s] * own[0, i] + types[ix.lister_type[s], i]
                )
            for e in range(ix.n_epoch):
                result[s, q, e] = level
                if at.silencing_event >= 0:
                    for j in range(ix.silencing_event.shape[0]):
                        share = ix.lister_sees[s] * ix.silencing_event[j, q * ix.n_epoch + e]
                        result[s, q, e] += share * values[at.silencing_event + j]
    return result


@jit
def silencing_back(values, at, ix, d_author, d):
    """Add the gradient of ``silencing``."""
    k = ix.n_organization
    d_own, d_types = np.zeros((1, k)), np.zeros((ix.lister_type.max() + 1, k))
    for s in range(ix.n_lister):
        for q in range(d_author.shape[1]):
            change = d_author[s, q].sum()
            for i in range(k):
                share = change * ix.member[ix.class_author[q], i]
                d_own[0, i] += ix.lister_sees[s] * share
                d_types[ix.lister_type[s], i] += share
            if at.silencing_event >= 0:
                for e in range(ix.n_epoch):
                    for j in range(ix.silencing_event.shape[0]):
                        share = ix.lister_sees[s] * ix.silencing_event[j, q * ix.n_epoch + e]
                        d[at.silencing_event + j] += share * d_author[s, q, e]
    add_table_back(values, at.silencing_scale, at.silencing, d_own, 0, 1, d)
    n_type, silenced = d_types.shape[0], ix.n_silenced_type
    if at.silencing_common >= 0:
        for j in range(n_type):
            d[at.silencing_common + j] += d_types[j].sum()
    add_table_back(values, at.silencing_type_scale, at.silencing_type, d_types, 0, silenced, d)
    add_rows_back(
        values, at.court_selection_scale, at.court_selection, d_types, silenced,
        n_type - silenced, d,
    )  # fmt: skip


@jit
def _nodes(values, at, ix):
    """Nodes and weights of the visibility."""
    if at.low_share < 0:
        return ix.nodes, ix.weights
    q = values[at.low_share]
    low, high = -np.sqrt((1.0 - q) / q), np.sqrt(q / (1.0 - q))
    return np.array([low, high]), np.array([q, 1.0 - q])


@jit
def _nodes_back(values, at, d_nodes, d_weights, d):
    if at.low_share < 0:
        return
    q = values[at.low_share]
    low = 0.5 / (q * q * np.sqrt((1.0 - q) / q))
    high = 0.5 / ((1.0 - q) ** 2 * np.sqrt(q / (1.0 - q)))
    d[at.low_share] += d_nodes[0] * low + d_nodes[1] * high + d_weights[0] - d_weights[1]


@jit
def log_visible(values, at, ix):
    """log(1 - ψ), shape (author,)."""
    result = np.zeros(ix.member.shape[0])
    if at.never_visible >= 0:
        for a in range(result.shape[0]):
            hidden = 0.0
            for i in range(ix.member.shape[1]):
                hidden += ix.member_mean[a, i] * values[at.never_visible + i]
            result[a] = np.log1p(-hidden)
    return result


@jit
def log_visible_back(at, ix, visible, d_visible, d):
    """Add the gradient of ``log_visible``."""
    if at.never_visible >= 0:
        for a in range(visible.shape[0]):
            change = d_visible[a] / np.exp(visible[a])
            for i in range(ix.member.shape[1]):
                d[at.never_visible + i] -= change * ix.member_mean[a, i]


@jit
def _on_time(values, at, number, log_days):
    """F of one delayed source after exp(log_days) - 1 days."""
    shape, location = values[at.delay_shape + number], values[at.delay + number]
    return 1.0 / (1.0 + np.exp(-shape * (log_days - location)))


@jit
def _on_time_back(values, at, number, log_days, share, change, d):
    """Add the gradient of ``change`` times F, which is ``share``."""
    _logit_back(values, at, number, log_days, change * share * (1.0 - share), d)


@jit
def published(values, at, ix):
    """F of each lister at every lag node; 1 where nothing is late."""
    result = np.ones((ix.n_lister, ix.log_days.shape[0]))
    if at.delay >= 0:
        for s in range(ix.n_lister):
            for day in range(1, ix.log_days.shape[0]):
                if ix.late[s] >= 0:
                    result[s, day] = _on_time(values, at, ix.late[s], ix.log_days[day])
    return result


@jit
def published_back(values, at, ix, shares, d_shares, d):
    """Add the gradient of ``published``."""
    if at.delay >= 0:
        for s in range(ix.n_lister):
            for day in range(1, ix.log_days.shape[0]):
                if ix.late[s] >= 0:
                    days, change = ix.log_days[day], d_shares[s, day]
                    _on_time_back(values, at, ix.late[s], days, shares[s, day], change, d)


@jit
def delays(values, at, ix, d):
    """Log likelihood of the delays of reports; its gradient is added to ``d``."""
    total = 0.0
    if at.delay < 0:
        return total
    for i in range(ix.delay_steps.shape[0]):
        number, before, upto, count = ix.delay_steps[i]
        s = int(number)
        step, by_here, by_earlier = _log_step(values, at, s, before, upto)
        total += count * step
        _logit_back(values, at, s, upto, count * by_here, d)
        if before > -np.inf:
            _logit_back(values, at, s, before, count * by_earlier, d)
    for i in range(ix.delay_lags.shape[0]):
        number, lag, count = ix.delay_lags[i]
        s = int(number)
        by_now, by_lag = _log_on_time(values, at, s, lag)
        total -= count * by_now
        _logit_back(values, at, s, lag, -count * by_lag, d)
    return total


@jit
def _log_step(values, at, number, before, upto):
    """log(F(upto) - F(before)) as ``lateness.log_share`` has it, and its slopes in both logits."""
    value, by_here = _log_on_time(values, at, number, upto)
    if before == -np.inf:
        return value, by_here, 0.0
    gap = values[at.delay_shape + number] * (upto - before)
    earlier = values[at.delay_shape + number] * (before - values[at.delay + number])
    ratio = 1.0 / np.expm1(gap)
    value += log_expit(-earlier) + np.log(-np.expm1(-gap))
    return value, by_here + ratio, -1.0 / (1.0 + np.exp(-earlier)) - ratio


@jit
def _log_on_time(values, at, number, log_days):
    """log F, and its slope in the logit."""
    logit = values[at.delay_shape + number] * (log_days - values[at.delay + number])
    return log_expit(logit), 1.0 / (1.0 + np.exp(logit))


@jit
def _logit_back(values, at, number, log_days, change, d):
    """Add the gradient of ``change`` times the logit of F."""
    shape, location = values[at.delay_shape + number], values[at.delay + number]
    d[at.delay_shape + number] += change * (log_days - location)
    d[at.delay + number] -= change * shape
