"""What a release says of regions: in order, in words of two languages, and after a failed fit."""

import re
from dataclasses import replace

import numpy as np
import pytest
from dtoscore.inference.summary import Summary
from dtoscore.reports.announcement import announcement, where
from dtoscore.reports.canonical import plain
from dtoscore.reports.console import sentences as console_sentences
from dtoscore.reports.document import release_document, schema
from dtoscore.reports.gallery import draw_all
from dtoscore.reports.page import render_announcement, render_report
from dtoscore.reports.regions import by_score, leading, named, scores_table, sentences
from dtoscore.tests.summaries import NAMES, SHORT, fake_summary
from json_schema import errors

TWO = {"XX-N": 0.62, "XX-S": 0.38}


def with_p(summary: Summary, p: dict[str, float]) -> Summary:
    """Give regions these probabilities; those of which there is none have a note instead."""
    frame = summary.regions.copy()
    frame["p_worst"] = frame.index.map(p.get).astype(float)
    frame["note"] = np.where(frame["p_worst"].isna(), SHORT, "")
    return replace(summary, regions=frame)


def nobody(p: dict[str, float] = TWO) -> Summary:
    return with_p(fake_summary("no_designation", regions="XX"), p)


def test_regions_are_in_the_order_of_their_scores_and_by_name_after_a_failed_fit() -> None:
    scored = by_score(fake_summary("no_designation"))["score_mean"]
    assert scored.is_monotonic_decreasing
    listed = by_score(fake_summary("refused"))["name"].tolist()
    assert listed == sorted(listed, key=str.casefold)


def test_a_sentence_names_the_likeliest_and_leaves_the_rest_together() -> None:
    ids = list(fake_summary().regions.index)
    p = dict(zip(ids[:7], (0.3, 0.2, 0.15, 0.1, 0.1, 0.08, 0.07), strict=True))
    chosen, rest = named(with_p(fake_summary(), p))
    assert [place.id for place in chosen] == ids[:5]
    assert rest == pytest.approx(0.15)
    chosen, rest = named(with_p(fake_summary(), {ids[0]: 0.02, ids[3]: 0.93}))
    assert [place.id for place in chosen] == [ids[3]]
    assert rest == pytest.approx(0.07)


def test_where_no_organization_can_be_named_the_place_is_said_in_both_languages() -> None:
    english, spanish = (where(nobody(), language) for language in ("en", "es"))
    assert "North (0.62), South (0.38)." in english
    assert "North (0.62), South (0.38)." in spanish
    assert "Violence by others is left out" in english
    assert "No se cuenta la violencia de terceros" in spanish
    assert "recommends no measure against any place" in english
    assert "ni recomienda medida alguna contra ningún lugar" in spanish
    for language, said in (("en", english), ("es", spanish)):
        text = announcement(nobody(), language)
        assert text.paragraphs[1] == said
        assert not any(name in said for name in NAMES.values())
    printed = render_announcement(nobody())
    assert "North (0.62)" in printed
    assert "Sin importar cuál de ellas la cometió" in printed
    assert console_sentences(nobody())[-1] == english


@pytest.mark.parametrize("status", ["designated", "candidates", "refused", "retracted"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_said_in_no_other_case(status: str, language: str) -> None:
    assert where(fake_summary(status), language) == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "in no region is there evidence enough"), ("es", "en ninguna región hay evidencia")],
)
def test_where_no_region_carries_a_probability_that_is_said(language: str, said: str) -> None:
    assert said in where(nobody({}), language)


def test_other_regions_are_said_from_where_they_matter() -> None:
    sure = nobody({"XX-N": 0.997})
    assert "highest in one region, with its probability: North (>0.99)." in where(sure)
    assert "mayor en una región, con su probabilidad: North (>0.99)." in where(sure, "es")
    assert "another region (0.04)" in where(nobody({"XX-N": 0.96}))
    assert "otra región (0.04)" in where(nobody({"XX-N": 0.96}), "es")


def test_a_share_of_those_without_a_probability_is_stated() -> None:
    summary = nobody({"XX-N": 0.96})
    share = 100 * summary.regions.loc["XX-S", "share_mean"]
    (_, short) = sentences(summary)
    assert short.startswith("1 of 2 regions have no probability of their own")
    assert f"together they have {share:.0f}% of the score (mean)" in short
    assert short.endswith("with probability 0.04.")
    assert len(sentences(nobody())) == 1


@pytest.mark.parametrize("status", ["candidates", "no_designation"])
def test_the_report_has_scores_of_regions_with_what_stands_behind_them(status: str) -> None:
    summary = fake_summary(status)
    html = render_report(summary, draw_all(summary), {})
    assert "The region with the highest score, with its probability: " in html
    assert "3 of 32 regions have no probability of their own" in html
    table = scores_table(summary)
    assert [len(row) for row in table.rows] == [len(table.columns)] * 32
    assert [row[5] for row in table.rows].count("–") == 3
    assert [row[1] for row in table.rows].count(SHORT) == 3
    assert "violence by others is in no region's score" in table.note


def test_no_text_calls_a_region_a_target_or_guilty() -> None:
    summary = fake_summary("no_designation")
    said = " ".join(
        [*sentences(summary), where(summary), where(summary, "es"), scores_table(summary).note]
    )
    assert not re.search("target|guilty|danger|designat|objetivo|culpable|peligros", said)


def test_a_failed_fit_puts_no_region_first() -> None:
    summary = fake_summary("refused")
    assert leading(summary) == ()
    assert sentences(summary) == ()
    drawn = draw_all(summary)
    assert "NOT FOR USE" in drawn["region_scores"][0]
    document = plain(release_document(summary))
    assert all(region["p_worst"] is None for region in document["regions"])
    assert all(region["rank"] is None for region in document["regions"])


@pytest.mark.parametrize("status", ["candidates", "no_designation", "refused"])
def test_release_json_has_the_scores_of_regions(status: str) -> None:
    summary = fake_summary(status)
    document = plain(release_document(summary))
    assert errors(document, schema(), schema()) == []
    for region in document["regions"]:
        row = summary.regions.loc[region["id"]]
        assert region["score"]["q50"] == pytest.approx(row["score_q50"], rel=1e-5)
        assert region["share"]["mean"] == pytest.approx(row["share_mean"], rel=1e-5)
        assert region["evidence"] == {"sources": row["sources"], "overlap": row["overlap"]}
        assert (region["p_worst"] is None) == bool(region.get("note"))
    broken = document["regions"][0] | {"p_worst": 1.5}
    assert errors(document | {"regions": [broken]}, schema(), schema())
