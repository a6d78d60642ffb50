"""Every prior of the model, in one place, each with its reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

DISTRIBUTIONS: Mapping[str, tuple[str, ...]] = {
    "normal": ("mu", "sigma"),
    "halfnormal": ("sigma",),
    "lognormal": ("mu", "sigma"),
    "rayleigh": ("sigma",),
    "beta": ("alpha", "beta"),
    "zero_sum": ("sigma",),
    "dirichlet": ("first", "rest"),
    "rows": ("diagonal", "total"),
}
"""Parameters of each distribution."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A distribution and its parameters.

    Parameters
    ----------
    distribution
        A key of DISTRIBUTIONS.
    parameters
        By name; all but ``mu`` must be positive.
    reason
        Why this and no other.
    """

    distribution: str
    parameters: Mapping[str, float]
    reason: str = ""

    def __getitem__(self, parameter: str) -> float:
        """One parameter by name."""
        return self.parameters[parameter]

    def scaled(self, factor: float) -> "Prior":
        """The prior of ``factor`` times a positive quantity."""
        changed = dict(self.parameters)
        if self.distribution == "lognormal":
            changed["mu"] += math.log(factor)
        else:
            changed["sigma"] *= factor
        return replace(self, parameters=changed)


def _prior(distribution: str, reason: str, **parameters: float) -> Prior:
    return Prior(distribution, parameters, reason)


DEFAULTS: Mapping[str, Prior] = {
    "rate_total": _prior(
        "normal",
        "log of the incidents to be expected of all organizations over the modelled history; mu "
        "is the log of twice those that reports give them, unless given (see docs/methods.md)",
        mu=float("nan"),
        sigma=1.5,
    ),
    "rate_kind": _prior("zero_sum", "kinds differ by factors of 3 to 10", sigma=1.5),
    "rate_region_scale": _prior(
        "lognormal", "away from 0, where a centred effect has a funnel", mu=-0.4, sigma=0.5
    ),
    "rate_period_scale": _prior("lognormal", "months differ by 10 to 50%", mu=-1.6, sigma=0.5),
    "rate_organization_scale": _prior(
        "lognormal", "organizations differ by a factor e or more", mu=-0.1, sigma=0.5
    ),
    "rate_organization_kind_scale": _prior("lognormal", "habits", mu=-1.2, sigma=0.5),
    "rate_organization_region_scale": _prior(
        "lognormal",
        "territory: a factor e^2; wars, which reports name more often, differ between the states "
        "of Mexico by e^3 to e^5 in every year of UCDP that was fitted (docs/evidence/geometry.md)",
        mu=0.7,
        sigma=0.5,
    ),
    "rate_organization_walk_scale": _prior(
        "lognormal",
        "step of a month, about 10%; of another period by the root of its length",
        mu=-2.3,
        sigma=0.5,
    ),
    "rivalry_total": _prior("normal", "as rate_total, of rivalries", mu=float("nan"), sigma=1.5),
    "rivalry_kind": _prior("zero_sum", "as rate_kind", sigma=1.5),
    "rivalry_level_scale": _prior(
        "lognormal", "wars differ by a factor e or more", mu=0.0, sigma=0.5
    ),
    "rivalry_region_scale": _prior(
        "lognormal",
        "wars are local: e^3.3 between states; an empirical prior: with a median of 1 the fits of "
        "five years of UCDP lay two to three and a half of its standard deviations above it",
        mu=1.2,
        sigma=0.5,
    ),
    "rivalry_walk_scale": _prior(
        "lognormal", "step of a month: wars begin and end", mu=-1.6, sigma=0.5
    ),
    "absence": _prior(
        "normal",
        "log rate where an organization is not present, or disputed, less that where it is: a "
        "twentieth, give or take a factor e; a declared belief (presence.csv)",
        mu=-3.0,
        sigma=1.0,
    ),
    "noise": _prior(
        "lognormal",
        "sd of the factor that all authors of a region and period share: .1 to .5; away from 0, "
        "where nothing tells it from none",
        mu=-1.5,
        sigma=0.7,
    ),
    "capture": _prior(
        "beta",
        "share of what happens that a series counts, where it declares none",
        alpha=2,
        beta=2,
    ),
    "total_noise": _prior(
        "lognormal",
        "sd of what a series of victims writes down, relative to what it counts: the declared one, "
        "give or take a factor 2, where it declares some; mu is the log of that, unless given",
        mu=float("nan"),
        sigma=0.7,
    ),
    "other_share": _prior(
        "normal",
        "logit of the organizations' share of the incidents that nobody attributes, over "
        "the modelled history: half, give or take a factor e",
        mu=0.0,
        sigma=1.0,
    ),
    "other_kind": _prior("zero_sum", "ordinary violence has its own kinds", sigma=1.0),
    "other_region_scale": _prior("lognormal", "and its own places", mu=-0.7, sigma=0.5),
    "other_period_scale": _prior("lognormal", "and its own seasons", mu=-2.0, sigma=0.5),
    "size_base": _prior("zero_sum", "most incidents have one victim", sigma=1.5),
    "size_author_scale": _prior("rayleigh", "some kill more at a time", sigma=0.5),
    "size_region_scale": _prior("rayleigh", "and more in some places", sigma=0.5),
    "size_rivalry": _prior("zero_sum", "clashes are larger", sigma=0.7),
    "size_other": _prior("zero_sum", "ordinary violence is smaller", sigma=0.7),
    "class_base": _prior("zero_sum", "classes of victims differ by factors of 3 to 10", sigma=1.5),
    "class_author_scale": _prior("rayleigh", "some aim at journalists or officials", sigma=0.4),
    "detection": _prior("normal", "between 1 in 8 and 7 in 8 at visibility 0", mu=0.0, sigma=1.0),
    "detection_region_scale": _prior("rayleigh", "a press may be weak in a place", sigma=0.4),
    "detection_kind_scale": _prior("rayleigh", "or deaf to a kind of violence", sigma=0.4),
    "detection_size": _prior(
        "normal", "large events are seen: logit per log victims", mu=0.5, sigma=0.5
    ),
    "detection_class_scale": _prior(
        "rayleigh", "a killed official is seen, a killed addict is not", sigma=0.4
    ),
    "detection_covariate": _prior(
        "normal", "logit per standard deviation of the covariate", mu=0.0, sigma=0.5
    ),
    "silencing_scale": _prior(
        "rayleigh",
        "between organizations; in the first half of 2010 regional papers reported 1 killing in "
        "10, and in areas that the Gulf Cartel and the Zetas held at most 1 in 20 (Fundación MEPI)",
        sigma=0.65,
    ),
    "silencing_type_scale": _prior(
        "rayleigh", "a cartel silences the press, not the federal list", sigma=0.4
    ),
    "court_selection_scale": _prior(
        "rayleigh", "whom the state takes to court, more or less than others", sigma=0.4
    ),
    "silencing_common": _prior(
        "normal",
        "what organizations have in common, beside ordinary violence: unknown sign; a logit of 1 "
        "either way is two standard deviations",
        mu=0.0,
        sigma=0.5,
    ),
    "silencing_event": _prior("normal", "logit, after an event: unknown sign", mu=0.0, sigma=0.5),
    "visibility": _prior("halfnormal", "weight of what all sources see or miss", sigma=1.0),
    "low_share": _prior(
        "beta", "share of incidents that are hard to see, two-class law", alpha=2, beta=2
    ),
    "group_visibility": _prior(
        "halfnormal", "what sources of one group see or miss together besides", sigma=0.5
    ),
    "never_visible": _prior(
        "beta", "share that no source can see, a tenth; no report speaks of it", alpha=1, beta=9
    ),
    "delay": _prior("normal", "log(days + 1), median: the next days' papers", mu=1.0, sigma=1.0),
    "delay_shape": _prior(
        "lognormal", "of a log-logistic law: some reports come months late", mu=0.5, sigma=0.5
    ),
    "right": _prior("beta", "right name, given a name", alpha=8, beta=2),
    "right_adjudicated": _prior("beta", "courts are nearly certain", alpha=98, beta=2),
    "unknown": _prior("beta", "from all named to none named", alpha=1, beta=1),
    "unknown_other": _prior(
        "normal", "ordinary violence is named less: shift of the logit", mu=1.0, sigma=1.0
    ),
    "unknown_region_scale": _prior(
        "rayleigh", "where naming is dangerous nobody is named", sigma=0.4
    ),
    "claim_nobody": _prior(
        "beta", "scenes that nobody can read; told from silence by several sources", alpha=1, beta=3
    ),
    "claim_unsigned": _prior(
        "zero_sum",
        "log odds by which an organization leaves no signature; a choice, no source: without "
        "adjudicated cases nothing informs it, and it bears on every score",
        sigma=0.3,
    ),
    "claim_false": _prior(
        "beta", "false flags of an organization: one claim in ten", alpha=1, beta=9
    ),
    "claim_false_other": _prior(
        "beta",
        "the same of ordinary violence: one in a hundred, which in Mexico would be 200 killings a "
        "year; all messages that are left at killings and elsewhere are about 1,400 (Borderland "
        "Beat 2023)",
        alpha=1,
        beta=99,
    ),
    "claim_rival": _prior(
        "normal", "log odds by which a rival is framed rather than another", mu=1.5, sigma=0.5
    ),
    "claim_rivalry": _prior("beta", "a clash that passes for something else", alpha=2, beta=18),
    "claim_clash": _prior("beta", "share of false claims that are a clash", alpha=1, beta=9),
    "claim_event": _prior("normal", "logit of false claims, after an event", mu=0.0, sigma=0.5),
    "copying": _prior(
        "beta", "sources of one group repeat one name: half the time, or any", alpha=2, beta=2
    ),
    "notoriety": _prior("zero_sum", "log odds of being blamed wrongly", sigma=1.0),
    "favour_scale": _prior("rayleigh", "a source's own leaning in whom it blames", sigma=0.4),
    "blame_rivalry": _prior("beta", "share of the wrong names that are a rivalry", alpha=1, beta=9),
    "one_sided": _prior("beta", "a clash written down as one side's", alpha=1, beta=9),
    "split": _prior("beta", "whose violence a rivalry's is: not known", alpha=1, beta=1),
    "side_concentration": _prior(
        "lognormal", "one clash's dead may all be of one side, or of both", mu=0.0, sigma=1.0
    ),
    "side_selection": _prior(
        "normal",
        "log odds by which clashes told by side lean to an organization as the one who killed; a "
        "choice, no source: between two sides, a factor of two either way (sd .7)",
        mu=0.0,
        sigma=0.5,
    ),
    "set_share": _prior(
        "dirichlet", "one name is the rule, a set the exception", first=18.0, rest=1.0
    ),
    "confusion": _prior(
        "rows",
        "8 pseudo-counts a row, 60% of them on the diagonal; an adjudicated or declared source "
        "has the mean and weight of its accuracy",
        diagonal=0.6,
        total=8.0,
    ),
}
