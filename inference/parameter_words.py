"""What each parameter of the model is about, in words that a reader of a release knows."""

from collections.abc import Mapping, Sequence

ABOUT: Mapping[str, str] = {
    "detection": "How often {level} reports an incident",
    "detection_size": "How much rather {level} reports large incidents",
    "detection_region_scale": "How far sources differ between regions in what they report",
    "detection_kind_scale": "How far sources differ between kinds in what they report",
    "detection_class_scale": "How far sources differ between victim classes in what they report",
    "detection_covariate": "How much {level} makes sources see more or less",
    "visibility": "How far incidents that others miss are missed by {level} too",
    "low_share": "How many incidents are hard to see, by the law of two classes",
    "group_visibility": "How far what others of its group miss is missed by {level} too",
    "never_visible": "How much of the violence of {level} no source can ever see",
    "silencing_scale": "How far organizations differ in silencing sources",
    "silencing": "How far {level} silences sources",
    "silencing_type_scale": "How far organizations silence one type of source more than another",
    "court_selection_scale": "How far organizations differ in how often they are taken to court",
    "court_selection": "How much rather {level} is taken to court",
    "silencing_common": "How much rather {level} reports organizations than ordinary violence",
    "silencing_event": "How silencing changed after the event {level}",
    "delay": "How late {level} reports",
    "delay_shape": "How much the delays of {level} vary",
    "right": "How often {level} names the right author",
    "unknown": "How often {level} names nobody",
    "unknown_region_scale": "How far regions differ in how often nobody is named",
    "unknown_other": "How much less ordinary violence is named",
    "notoriety": "How readily {level} is blamed wrongly",
    "favour_scale": "How far sources differ in whom they blame wrongly",
    "one_sided": "How often {level} writes a clash down as one side's",
    "blame_rivalry": "How many of the wrong names are clashes",
    "copying": "How often sources of the group {level} repeat one name",
    "claim_nobody": "How many scenes nobody can read",
    "claim_unsigned": "How rarely scenes of {level} show whose they are",
    "claim_false": "False claims at scenes of {level}",
    "claim_rival": "How much rather a false claim names a rival",
    "claim_rivalry": "How often a clash of {level} passes for something else",
    "claim_clash": "How many of the false claims are a clash",
    "claim_event": "How false claims changed after the event {level}",
    "split": "Whose violence the clashes of {level} were",
    "side_concentration": "How far the dead by side scatter around a clash's split",
    "side_selection": "How far clashes of {level} that are told by side are no fair sample",
    "rate_intercept": "How violent an average organization is",
    "rate_organization": "How violent {level} is beside the others",
    "rate_region_scale": "How far regions differ",
    "rate_period_scale": "How far periods differ",
    "rate_organization_scale": "How far organizations differ",
    "rate_organization_kind_scale": "How far organizations differ in their kinds of violence",
    "rate_organization_region_scale": "How far organizations keep to their regions",
    "rate_organization_walk_scale": "How fast an organization's violence changes",
    "absence": "How much less an organization does where it is not present, or is disputed",
    "rivalry_intercept": "How violent an average clash is",
    "rivalry_level": "How violent the clashes of {level} are beside the others",
    "rivalry_level_scale": "How far clashes differ",
    "rivalry_region_scale": "How far clashes keep to their regions",
    "rivalry_walk_scale": "How fast clashes begin and end",
    "other_share": "The organizations' share of the incidents that nobody attributes",
    "other_region_scale": "How far ordinary violence differs between regions",
    "other_period_scale": "How far ordinary violence differs between periods",
    "size_author_scale": "How far authors differ in the dead of an incident",
    "size_region_scale": "How far places differ in the dead of an incident",
    "class_author_scale": "How far authors differ in whom they kill",
    "rate_kind": "How kinds of violence differ in number",
    "rivalry_kind": "How kinds of clashes differ in number",
    "other_kind": "How kinds of ordinary violence differ in number",
    "size_base": "How many die in an incident of each kind",
    "size_rivalry": "How much larger clashes are",
    "size_other": "How much smaller incidents of ordinary violence are",
    "class_base": "How victim classes differ in number",
    "set_share": "How often sources write that one of several did it",
    "confusion": "Whom sources name for whose violence",
    "noise": "How much violence in a region and period varies beyond chance",
    "capture": "How much of what happens {level} counts",
    "total_share": "The organizations' share of what {level} counts",
    "total_noise": "How far {level} is wrong beyond chance",
}
"""By parameter; ``{level}`` is one level, or several in words."""
EVERY: Mapping[str, str] = {
    "source": "every source",
    "source_type": "every type of source",
    "lister": "every source",
    "grouped": "every source in a group",
    "delayed": "every source",
    "group": "every group",
    "organization": "every organization",
    "plain_name": "every organization",
    "rivalry": "every rivalry",
    "event": "every event",
    "covariate": "every covariate",
    "capture_series": "every official series",
    "total_share_series": "every official series",
    "total_noise_series": "every official series",
}
"""Dims whose levels readers know, with the words for all of them together. Parameters over other
dims are deviations: tables/parameters.csv has them, the page has a line for all of a block."""


def about_all(parameter: str, dims: str) -> str:
    """Say what a parameter is about, all its levels together.

    Parameters
    ----------
    dims
        Their names, joined by ", "; of deviations their scale is what they are about.
    """
    scale = f"{parameter}_scale"
    if parameter not in ABOUT and scale in ABOUT:
        return f"{about(scale)}, level by level"
    return about(parameter, everything=EVERY.get(dims, "each level"))


def about(parameter: str, levels: Sequence[str] = (), everything: str = "") -> str:
    """Say what a parameter is about, of some of its levels.

    Parameters
    ----------
    levels
        Those that are meant; none for a scalar.
    everything
        Words for all levels, where all are meant.
    """
    meant = everything or (levels[0] if len(levels) == 1 else f"each of {', '.join(levels)}")
    template = ABOUT.get(parameter)
    if template is not None:
        return template.format(level=meant)
    return f"The parameter {parameter}" + (f" of {meant}" if levels else "")
