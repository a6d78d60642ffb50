r"""All that is written of an incident: sources, copies of each other, sets, deaths by side.

.. math::
    \Theta_s[m, a] &= (1 - u_{sm})\,\eta_{s1}\,C_s[m, a] \\
    \Theta_s[m, A] &= (1 - u_{sm})\,\frac{\eta_{s|A|}}{\binom{K-1}{|A|-1}}
        \sum_{a \in A} C_s[m, a] \\
    P(j \mid k) &= \Big(\sum_m \Phi[k, m] \prod_{g} G_g[m, j]\Big)
        \prod_{s \in j \text{ adj}} \Theta_s[k, a_s]

with η the share of sets of each size and K the names that a set may hold. A set is coarsening at
random: right where a coder dropped detail, and only there. A name that may be several
organizations adds them up with their probabilities. At the claim that nobody can tell a source
that is not adjudicated names nobody.

**Leads.** What those who see claims write of one clash is told of one side of it (``attribution``;
but for those who list by names, whose silence would hang on it),

.. math::
    \prod_g G_g[d, j] = \pi_d \prod_g G_g[d_1, j] + (1 - \pi_d) \prod_g G_g[d_2, j]

where there are several of them and no full confusion matrices.

**Copies.** Of the members of a group of sources that name somebody all repeat one draw with
probability κ, the draw of one of them, whichever as likely; else each draws for itself:

.. math::
    G_g[m, j] = \prod_{s: \text{ names nobody}} u_{sm} \prod_{s \text{ names}} (1 - u_{sm}) \Big(
        \kappa_g [\text{all the same}]\,\overline{c}_{m} + (1 - \kappa_g) \prod_s c_{sm} \Big)

with c the probability of what a member wrote, given that it names somebody. Courts do not copy, nor
do sources that list contenders or organizations only, whose silence hangs on the name that they
would write. κ is the same whoever did it, so that ten copies of one name weigh about as much as one
report that gives it: more only as far as they may, with 1 - κ, be ten reports after all.

**Deaths by side** of one incident are beta-binomial; where the author is no such rivalry they are
uniform, since nothing is then known of them. Clashes whose dead are told by side are no random
sample of a war: a side whose dead are known as its own, or are paraded, is told of more often. So
they scatter not around π_d but around q_d. What makes a clash be told is the sides' own, in all
their wars; a coalition has the mean of its members:

.. math::
    \operatorname{logit} q_d = \operatorname{logit} \pi_d
        + \bar\zeta_{d_1} - \bar\zeta_{d_2}, \quad \zeta_k \sim N(0, \sigma)

Deaths by side alone do not tell ζ from π.
"""

from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from ..data.arrays import Floats, Ints
from ..data.values import GOES_BY_NAME
from .circumstances import adjudicated
from .design import Design
from .engine import Array, Engine, Params
from .names import held_by

Bools = NDArray[np.bool_]

LEAST_PROBABLE = 1e-300
"""P(a name that an author can never be given): nearly nothing, and its log is finite."""


def listed(u: Array, matrix: Array, eta: Array, design: Design, engine: Engine) -> Array | None:
    """L_s: P(lists an incident it saw), shape (source, locale, reach class, listing class).

    By the author for adjudicated sources, and for all where the model has no claims, else by
    the claim. None where every source lists all.
    """
    xp, coverage = engine.xp, design.evidence.axes.sources["coverage"].to_numpy()
    if (coverage == "all").all():
        return None
    classes, courts = design.histories.classes, adjudicated(design.evidence)
    every = _attributing(u, matrix, eta, design, engine)  # (source, locale, author)
    n_locale = len(design.around.locale_region)
    shape = (len(coverage), n_locale, len(classes.author), len(classes.claim))
    by_author = every[:, :, classes.author][:, :, :, None] + np.zeros(shape)
    if not classes.by_claim:
        return by_author
    nobody = np.where(coverage == "all", 1.0, 0.0)[:, None, None] + np.zeros((1, n_locale, 1))
    claims = xp.concatenate([every, nobody], axis=2)
    by_claim = claims[:, :, classes.claim][:, :, None, :] + np.zeros(shape)
    return xp.where(courts[:, None, None, None], by_author, by_claim)


def _attributing(u: Array, matrix: Array, eta: Array, design: Design, engine: Engine) -> Array:
    """P(lists an incident it saw | author named), shape (source, locale, author)."""
    xp, coverage = engine.xp, design.evidence.axes.sources["coverage"].to_numpy()
    attributes = 1.0 - u
    spoken = (matrix * _speaks(eta, design)[:, None, :]).sum(axis=3)  # (setting, source, author)
    spoken = xp.transpose(spoken, (1, 0, 2))[:, design.around.locale_setting]
    lists = xp.where(goes_by_name(design)[:, None, None], attributes * spoken, attributes)
    return xp.where((coverage == "all")[:, None, None], 1.0, lists)


def goes_by_name(design: Design) -> NDArray[np.bool_]:
    """Whether a source lists an incident or not by whom it would name, shape (source,)."""
    return design.evidence.axes.sources["coverage"].isin(GOES_BY_NAME).to_numpy(bool)


def _speaks(eta: Array, design: Design) -> Array:
    """P(the source's coverage holds the statement | name picked), shape (source, name)."""
    names, spoken = design.names, spoken_names(design)
    plain = (np.arange(len(names.names)) < names.n_plain) * (1.0 - spoken)
    in_set = (eta * (1.0 - avoided_shares(design))).sum(axis=1)
    return spoken + plain * in_set[:, None]


def spoken_names(design: Design) -> Floats:
    """1 where a source's coverage holds a name, shape (source, name)."""
    coverage = design.evidence.axes.sources["coverage"]
    return np.array([held_by(one, design.names) for one in coverage], float)


def avoided_shares(design: Design) -> Floats:
    """P(a set of each size around a name not held holds none), shape (source, set_size)."""
    names = design.names
    rest, sizes = names.n_plain - 1, range(design.statements.largest_set)
    held = spoken_names(design)[:, : names.n_plain].sum(axis=1).astype(int)
    return np.array(
        [[comb(max(rest - k, 0), n) / comb(rest, n) if n <= rest else 0.0 for n in sizes]
         for k in held]
    )  # fmt: skip


def written(
    params: Params, u: Array, matrix: Array, leads: tuple[Array, Array] | None, eta: Array,
    lists: Array | None, claims: Array | None, design: Design, engine: Engine,
) -> Array:  # fmt: skip
    """P(what all sources wrote, claim in class | author), shape (row, author, listing class).

    ``matrix``, ``leads``: see ``attribution.confusion`` and ``attribution.leads``.
    """
    xp, st, names = engine.xp, design.statements, design.names
    names_somebody, amount = _by_source(u, matrix, eta, lists, design, engine)
    courts = adjudicated(design.evidence)
    blind = (names_somebody * amount)[:, courts].prod(axis=1) * _sides(params, design, engine)
    if leads is None:
        said = _copied(params, names_somebody, design, xp)
    else:
        said = _over_leads(params, u, matrix, leads, eta, lists, design, engine)
    seeing = amount[:, ~courts].prod(axis=1) * said
    classes = design.histories.classes
    member = (classes.of_claim[:, None] == np.arange(len(classes.claim))).astype(float)
    if claims is None:
        own = member[: len(names.authors)] if classes.by_claim else np.ones((1, 1))
        return (blind * seeing)[:, :, None] * own
    nobody = xp.zeros((1, 1)) + _names_nobody(design)[:, None]
    seeing = xp.concatenate([seeing, nobody], axis=1)  # (row, claim)
    by_claim = claims[design.around.locale_setting[st.row_locale]] * seeing[:, None, :]
    by_class = xp.dot(by_claim.reshape((-1, len(names.claims))), member)
    shape = (len(st.rows), len(names.authors), len(classes.claim))
    return blind[:, :, None] * by_class.reshape(shape)


def _over_leads(
    params: Params, u: Array, matrix: Array, leads: tuple[Array, Array], eta: Array,
    lists: Array | None, design: Design, engine: Engine,
) -> Array:  # fmt: skip
    """What those who see claims name, a rivalry's two leads in their shares: (row, author)."""
    xp, names = engine.xp, design.names
    by_lead = []
    for shown in leads:
        shown = xp.where(design.is_led[:, None, None], shown, matrix)
        named, _ = _by_source(u, shown, eta, lists, design, engine)
        by_lead.append(_copied(params, named, design, xp))
    first, second = by_lead
    split = xp.concatenate([xp.ones(names.n_plain), params["split"]])
    return split * first + (1 - split) * second


def _by_source(
    u: Array, matrix: Array, eta: Array, lists: Array | None, design: Design, engine: Engine
) -> tuple[Array, Array]:
    """c and the factor u or 1 - u of each source, shape (row, source, author) each; else 1."""
    xp, st, around = engine.xp, design.statements, design.around
    n_author, spoke = len(design.names.authors), st.rows > 0
    pair = np.maximum(st.rows - 1, 0)
    named = spoke & ~_padded(st.is_unknown, pair)
    chosen = _chosen(matrix, eta, design, xp)  # (setting, pair, author)
    setting = around.locale_setting[st.row_locale][:, None]
    c = chosen[setting, pair] if len(st.source) else xp.ones((*st.rows.shape, n_author))
    by_row = xp.transpose(u, (1, 0, 2))[st.row_locale]  # (row, source, author)
    amount = xp.where(named[:, :, None], 1.0 - by_row, by_row)
    given = spoke & _padded(st.given_reported, pair)
    if lists is not None and given.any():
        amount = xp.where(given[:, :, None], amount / _given(lists, design, xp), amount)
    return (
        xp.where(named[:, :, None], c, 1.0), xp.where(spoke[:, :, None], amount, 1.0)
    )  # fmt: skip


def _padded(values: Bools, pair: Ints) -> Bools:
    return values[pair] if len(values) else np.zeros(pair.shape, bool)


def _chosen(matrix: Array, eta: Array, design: Design, xp: Any) -> Array:
    """P(what a pair says | author, it names somebody), shape (setting, pair, author)."""
    st, n_author = design.statements, len(design.names.authors)
    n_setting = len(design.around.setting_epoch)
    flat = xp.transpose(matrix, (0, 1, 3, 2)).reshape((n_setting, -1, n_author))
    sums = [xp.dot(st.selection, flat[i]) for i in range(n_setting)]
    share = xp.where(st.is_plain, eta[st.source, st.set_size], 1.0)[:, None]
    return xp.maximum(xp.stack(sums), LEAST_PROBABLE) * share


def _given(lists: Array, design: Design, xp: Any) -> Array:
    """L by the author or claim that a source sees, shape (row, source, author)."""
    classes, st = design.histories.classes, design.statements
    courts, n = adjudicated(design.evidence), len(design.names.authors)
    by_row = xp.transpose(lists, (1, 0, 2, 3))[st.row_locale]  # (row, source, reach, listing)
    by_author = by_row[:, :, classes.of_author, 0]
    if not classes.by_claim:
        return by_author
    return xp.where(courts[:, None], by_author, by_row[:, :, 0][:, :, classes.of_claim[:n]])


def _copied(params: Params, named: Array, design: Design, xp: Any) -> Array:
    """Product over the sources that see claims, copies of each other considered: (row, author)."""
    st, courts = design.statements, adjudicated(design.evidence)
    grouped = [s for group in st.groups for s in group] if "copying" in params else []
    alone = ~courts & ~np.isin(np.arange(len(courts)), grouped)
    result = named[:, alone].prod(axis=1)
    for number, group in enumerate(st.groups if grouped else ()):
        members = named[:, list(group)]
        count, same = copies(design, group)
        each = members.prod(axis=1)
        mean = (members * _spoken(design, group)[:, :, None]).sum(axis=1)
        mean = mean / np.maximum(count, 1)[:, None]
        kappa = params["copying"][number]
        mixed = kappa * same[:, None] * mean + (1 - kappa) * each
        result = result * xp.where((count > 1)[:, None], mixed, each)
    return result


def _spoken(design: Design, group: tuple[int, ...]) -> Bools:
    """Whether each member of a group names somebody, shape (row, member)."""
    st = design.statements
    pair = st.rows[:, list(group)] - 1
    return (pair >= 0) & ~_padded(st.is_unknown, np.maximum(pair, 0))


def copies(design: Design, group: tuple[int, ...]) -> tuple[Ints, Floats]:
    """How many of a group name somebody, and 1.0 where all of them say the same: (row,)."""
    st, spoken = design.statements, _spoken(design, group)
    pair = np.maximum(st.rows[:, list(group)] - 1, 0)
    said = st.statement[pair] if len(st.statement) else pair
    low = np.where(spoken, said, np.iinfo(np.int64).max).min(axis=1)
    high = np.where(spoken, said, -1).max(axis=1)
    return spoken.sum(axis=1), (low == high).astype(float)


def _names_nobody(design: Design) -> Floats:
    """1.0 where no source that sees claims names somebody, shape (row,)."""
    blind = np.flatnonzero(~adjudicated(design.evidence))
    return (~_spoken(design, tuple(int(s) for s in blind)).any(axis=1)).astype(float)


def _sides(params: Params, design: Design, engine: Engine) -> Array:
    """P(deaths by side | author), shape (row, author)."""
    xp, st, names = engine.xp, design.statements, design.names
    if "side_concentration" not in params:
        return np.ones((1, len(names.authors)))
    first, second = st.by_first.astype(float), st.by_second.astype(float)
    d = np.maximum(st.row_rivalry, 0)
    told = told_split(params, design, engine)
    a = params["side_concentration"] * told[d]
    b = params["side_concentration"] * (1 - told[d])
    choose = gammaln(first + second + 1) - gammaln(first + 1) - gammaln(second + 1)
    known = choose + _betaln(a + first, b + second, engine) - _betaln(a, b, engine)
    is_author = np.arange(len(names.authors)) == (names.n_plain + d)[:, None]
    counted = (st.row_rivalry >= 0)[:, None]
    uniform = -np.log1p(first + second)[:, None]
    return xp.exp(xp.where(counted, xp.where(is_author, known[:, None], uniform), 0.0))


def told_split(params: Params, design: Design, engine: Engine) -> Array:
    """q: split of the clashes whose dead are told by side, shape (rivalry,)."""
    xp, split = engine.xp, params["split"]
    selection = xp.dot(design.names.lean, params["side_selection"])
    return engine.expit(xp.log(split) - xp.log1p(-split) + selection)


def _betaln(a: Array, b: Array, engine: Engine) -> Array:
    return engine.gammaln(a) + engine.gammaln(b) - engine.gammaln(a + b)
