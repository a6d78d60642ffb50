"""What the public reads: every status, both languages, no name without its probability."""

import re
import string
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from draws import normal_scores, parameters, sample_stats, unseen
from dtoscore.data.rubric import EvidenceMinimum
from dtoscore.data.rubrics import default_rubric
from dtoscore.inference.decide import pending
from dtoscore.inference.diagnose import diagnose, sampler_check
from dtoscore.inference.minimum import Found, shortfalls
from dtoscore.inference.ranks import rank
from dtoscore.inference.sentences import Sentence
from dtoscore.inference.summary import Diagnostics, Summary, check_title
from dtoscore.inference.unseen import MOST_UNSEEN
from dtoscore.reports.announcement import announcement, phrases
from dtoscore.reports.cells import printed
from dtoscore.reports.gallery import draw_all
from dtoscore.reports.page import SECTIONS, render_announcement, render_report
from dtoscore.tests.summaries import NAMES, fake_summary, settings, with_name

STATUSES = ("designated", "candidates", "no_designation", "refused", "retracted")


def page(summary: Summary) -> str:
    rubric = {"evidence": {"min_sources": 2, "max_set_aside": 0.2}, "victim_classes": {"a": 2.0}}
    empty = dict.fromkeys(
        (
            "worst",
            "scores",
            "ranks",
            "incidents",
            "sources",
            "region_scores",
            "regions",
            "timeline",
            "baselines",
        ),
        ("<svg></svg>", "<svg></svg>"),
    )
    return render_report(summary, empty, rubric)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_catalogues_say_the_same_with_the_same_numbers():
    english, spanish = phrases("en"), phrases("es")
    assert english.keys() == spanish.keys()
    assert {k: fields(t) for k, t in english.items()} == {k: fields(t) for k, t in spanish.items()}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_its_text(status, language):
    text = announcement(fake_summary(status), language)
    said = " ".join((text.headline, text.confidence, *text.paragraphs))
    assert "{" not in said
    assert "nan" not in said.split()
    assert text.status


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("status", ["no_designation", "refused"])
def test_nobody_is_singled_out_where_nobody_may_be(status, language):
    text = announcement(fake_summary(status), language)
    said = " ".join((text.headline, text.confidence, *text.paragraphs))
    assert not any(name in said for name in NAMES.values())
    names = [name for name, _ in text.table[1:]]
    assert names == sorted(names, key=str.casefold)


def test_a_failed_fit_publishes_no_probability():
    text = announcement(fake_summary("refused"))
    assert text.table == ()
    html = page(fake_summary("refused"))
    assert "Probability of each rank" not in html
    assert "Model: P(" not in html


@pytest.mark.parametrize("status", ["candidates", "refused"])
def test_counts_of_the_window_stand_before_those_with_the_history(status):
    said = " ".join(announcement(fake_summary(status)).paragraphs)
    assert "480 reports in the window (4,210 with the history) of 312 incidents" in said
    said = " ".join(announcement(fake_summary(status), "es").paragraphs)
    assert "480 informes del periodo evaluado (4,210 con el historial)" in said
    assert "480 (4,210 with the history)" in page(fake_summary(status))


def test_a_failed_fit_does_not_speak_of_a_result():
    english, spanish = (
        " ".join(announcement(fake_summary("refused"), language).paragraphs)
        for language in ("en", "es")
    )
    assert not any(said in english for said in ("The result rests", "The probabilities allow"))
    assert not any(said in spanish for said in ("El resultado", "Las probabilidades"))


def test_one_report_is_singular():
    one = dict.fromkeys(fake_summary().counts, 1)
    said = " ".join(announcement(replace(fake_summary(), counts=one)).paragraphs)
    assert "1 report in the window (1 with the history) of 1 incident in" in said
    assert "1 report, with" in said


@pytest.mark.parametrize("status", ["candidates", "refused"])
def test_where_every_report_was_used_nothing_is_said_of_reasons(status):
    full = fake_summary(status)
    counts = full.counts | {"set_aside": 0, "set_aside_victim_share": 0.0}
    none = replace(full, counts=counts, set_aside=full.set_aside.iloc[:0])
    english, spanish = (" ".join(announcement(none, k).paragraphs) for k in ("en", "es"))
    assert "All reports could be used." in english
    assert "the reason" not in english
    assert "Todos los informes pudieron usarse." in spanish
    assert "motivo" not in spanish
    html = page(none)
    assert "All reports could be used.</p>" in html
    assert "could not be used" not in html


def test_set_aside_reports_are_counted_with_their_victims_in_spanish():
    said = " ".join(announcement(fake_summary(), "es").paragraphs)
    assert "No pudieron usarse 189 informes (6 % de las víctimas reportadas en el" in said
    one = replace(fake_summary(), counts=fake_summary().counts | {"set_aside": 1})
    assert "No pudo usarse 1 informe (" in " ".join(announcement(one, "es").paragraphs)


@pytest.mark.parametrize(("number", "read"), [(1, "Se leyó 1 informe "), (2, "Se leyeron 2 inf")])
def test_what_was_read_agrees_with_its_verb(number, read):
    full = fake_summary("refused")
    some = replace(full, counts=full.counts | {"reports_in_window": number})
    assert read in " ".join(announcement(some, "es").paragraphs)
    verb = "was" if number == 1 else "were"
    assert f"with the history) {verb} read. 189 reports" in " ".join(announcement(some).paragraphs)


@pytest.mark.parametrize("status", STATUSES)
def test_totals_are_said_in_both_languages(status):
    summary = fake_summary(status)
    said = [" ".join(announcement(summary, language).paragraphs) for language in ("en", "es")]
    assert "136 totals in 2 series, with the history." in said[0]
    assert "136 totales en 2 series, con el historial." in said[1]
    # A result that there is not rests on no assumption.
    assert ("is an assumption" in said[0]) == (status != "refused")
    assert ("es un supuesto" in said[1]) == (status != "refused")
    none = replace(summary, series=summary.series.iloc[:0])
    assert not any("series" in text for text in announcement(none, "en").paragraphs)
    assert "Official totals and coarse records" not in page(none)


def test_one_total_of_one_series_is_singular():
    frame = fake_summary().series.iloc[:1].assign(totals=1)
    summary = replace(fake_summary(), series=frame)
    said = [" ".join(announcement(summary, language).paragraphs) for language in ("en", "es")]
    assert "1 total in 1 series," in said[0]
    assert "1 total en 1 serie," in said[1]


def test_the_report_prints_what_is_declared_of_a_series_beside_what_was_found():
    html = page(fake_summary())
    assert "<td>0.9 ± 0.05</td>" in html.replace(' class="n"', "")
    assert "0.86 to 0.95" in html
    # What is known has no interval.
    rows = printed(fake_summary())["completeness"].rows
    assert rows[3][2:] == ("–", "1.00", "–")


def test_what_is_nearly_known_is_not_printed_as_known():
    frame = fake_summary().series.assign(
        capture_mean=0.997, capture_q05=0.996, capture_q95=0.9985,
        noise_mean=0.002, noise_q05=0.001, noise_q95=0.004,
    )  # fmt: skip
    rows = printed(replace(fake_summary(), series=frame))["completeness"].rows
    assert rows[0][3:] == (">0.99", ">0.99 to >0.99")
    assert rows[2][3:] == ("0.002", "0.001 to 0.004")


def test_one_source_is_not_said_to_copy_others():
    full = fake_summary()
    alone = replace(full, sources=full.sources.iloc[:1])
    for summary, said in ((full, True), (alone, False)):
        english, spanish = (" ".join(announcement(summary, k).paragraphs) for k in ("en", "es"))
        assert ("copy each other" in english) == said
        assert ("se copian" in spanish) == said
        assert "{" not in english + spanish


def test_a_kind_without_an_estimate_says_so():
    full = fake_summary()
    kinds = full.kinds.copy()
    kinds.loc["kidnapping", ["mean", "q05", "q95"]] = np.nan
    row = printed(replace(full, kinds=kinds))["kinds"].rows[1]
    assert row[3:] == ("not estimated", "")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("status", ["designated", "candidates", "retracted"])
def test_a_name_in_the_headline_carries_its_probability(status, language):
    text = announcement(fake_summary(status), language)
    assert any(name in text.headline for name in NAMES.values())
    assert re.search(r"(0\.\d\d|>0\.99|<0\.01)", text.headline)


@pytest.mark.parametrize("language", ["en", "es"])
def test_review_and_open_checks_are_announced(language):
    items = [
        item for part in announcement(fake_summary(), language).listings for item in part.items
    ]
    assert any(item.startswith("leave one source out") for item in items)
    assert any(item.startswith("calibration study") for item in items)


def test_announcement_says_that_weights_are_a_choice_in_both_languages():
    ours = fake_summary()
    ours = replace(ours, header=replace(ours.header, rubric=default_rubric().id))
    text = render_announcement(ours)
    assert "is a choice of this product" in text
    assert "una elección propia de este producto" in text
    office = replace(ours, header=replace(ours.header, rubric="office-1"))
    text = render_announcement(office)
    assert "is a choice of the office that publishes this release" in text
    assert "una elección de la oficina que publica este informe" in text
    assert "product" not in page(office).partition("Scoring rubric")[2].partition("No law")[0]


def test_simulated_rounds_say_so_everywhere():
    text = render_announcement(fake_summary())
    assert "SIMULATED ROUND" in text
    assert "RONDA SIMULADA" in text
    html = page(fake_summary())
    assert "<title>[SIMULATED]" in html
    assert html.count("SIMULATED ROUND") >= 3
    assert "SIMULATED" not in render_announcement(fake_summary(simulated=False))
    assert "SIMULATED" not in page(fake_summary(simulated=False))


@pytest.mark.parametrize("status", STATUSES)
def test_report_has_every_section_and_reaches_for_nothing(status):
    html = page(fake_summary(status))
    for anchor, title in SECTIONS:
        assert f'<section id="{anchor}">' in html
        assert title in html
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
    assert "<script" not in html
    assert "@import" not in html


def test_markup_in_names_stays_text():
    evil = '<img src=x onerror="alert(1)">&{{ 7*7 }}'
    summary = with_name(fake_summary(), "alba", evil)
    html = page(summary)
    assert "<img" not in html
    assert "49" not in announcement(summary).headline
    assert "\\<img" in render_announcement(summary)


@pytest.mark.parametrize("regions", ["MX", "XX"])
def test_figures_are_stamped_named_and_the_same_twice(regions):
    summary = with_name(fake_summary(regions=regions), "alba", "$x^2$ <b>\x00 && very long " * 4)
    drawn = draw_all(summary)
    assert drawn == draw_all(summary)
    for wide, narrow in drawn.values():
        for text in (wide, narrow):
            assert "SIMULATED" in text
            assert "<title" in text
            assert "<desc" in text
            assert "<b>" not in text
    ids = re.findall(r'\bid="([^"]+)"', "".join(w + n for w, n in drawn.values()))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("status", ["refused", "no_designation"])
def test_figures_say_what_may_not_be_read_into_them(status):
    drawn = draw_all(fake_summary(status))
    assert ("worst" in drawn) == (status != "refused")
    stamp = {"refused": "NOT FOR USE", "no_designation": "No designation"}[status]
    assert all(stamp in wide and stamp in narrow for wide, narrow in drawn.values())


@pytest.mark.parametrize("status", STATUSES)
def test_tables_of_a_failed_fit_say_that_they_are_not_for_use(status):
    found = printed(fake_summary(status))
    names = ("scores", "incidents", "kinds", "sources", "regions", "timeline", "baselines",
             "region_scores")  # fmt: skip
    marked = [found[name].caption.startswith("NOT FOR USE") for name in names]
    assert marked == [status == "refused"] * len(names)


@pytest.mark.parametrize("status", STATUSES)
def test_every_parameter_is_shown_before_and_after_but_not_of_a_failed_fit(status):
    rows = printed(fake_summary(status))["parameters"].rows
    expected = [
        ("claim_false", "False claims at scenes of every organization", "0 of 2", "0.00", "<1%",
         "–", "–"),
        ("visibility", "How far incidents that others miss are missed by every source too",
         "1 of 1", "0.67", "40%", "0.80 ± 0.60", "1.20 ± 0.20"),
    ]  # fmt: skip
    assert list(rows) == ([] if status == "refused" else expected)


def test_the_gate_is_said_in_the_same_numbers_in_its_table_and_its_sentences():
    found = bad((4, 60))
    rows = {
        row[0]: row[1] for row in printed(replace(fake_summary(), diagnostics=found))["gate"].rows
    }
    said = " ".join(map(str, found.failures))
    for name in ("bulk ESS", "tail ESS"):
        assert f"is {rows[f'Smallest {name}']}; at least 400" in said
    assert f"is {rows['Largest R-hat']}; at most 1.01" in said


def test_the_minimum_of_a_region_is_said_with_the_rubric():
    assert "unless there are at least 2 sources and at least 10 incidents that two" in page(
        fake_summary()
    )


def test_tables_say_how_their_numbers_relate():
    found = printed(fake_summary())
    assert "counts for each" in found["incidents"].note
    assert "counts once" in found["regions"].note
    assert "less than 1" in found["pairwise"].note
    html = page(fake_summary())
    assert all(found[name].note in html for name in ("incidents", "regions", "pairwise"))


def test_settings_fixture_names_the_rubric_of_the_summary():
    assert settings()["rubric"].id == fake_summary().header.rubric


@pytest.mark.parametrize(
    ("language", "said"), [("en", "this candidate was"), ("es", "esta candidata")]
)
def test_one_candidate_is_not_spoken_of_as_several(language, said):
    full = fake_summary()
    alone = replace(full.decision, candidates=full.decision.candidates[:1])
    assert said in announcement(replace(full, decision=alone), language).confidence


@pytest.mark.parametrize("end", ["", "."])
def test_the_estimand_ends_with_one_full_stop(end):
    full = fake_summary()
    told = replace(full, header=replace(full.header, estimand=f"what happened{end}"))
    assert "What happened.</p>" in page(told)


def bad(shape: tuple[int, int]) -> Diagnostics:
    """Judge draws that fail in every way that so many chains and draws can."""
    score, stats = normal_scores([1.0, 0.0], shape=shape), sample_stats(shape, 9)
    score[0, :, 1] += 3.0
    stats["energy"][-1] = np.cumsum(stats["energy"][-1].to_numpy())
    posterior = parameters(shape)
    posterior["level"][0] += 3.0
    ranks = rank(score, ["a", "b"])
    return diagnose(score, ranks["worst"], stats, posterior, unseen(shape, 2.0 * MOST_UNSEEN))


@pytest.mark.parametrize(
    ("shape", "first"),
    [
        ((4, 1000), "El R-hat de uno de los puntajes es 1."),
        (
            (1, 3),
            "El número de cadenas es 1; se exigen al menos 2. El R-hat de uno de los puntajes",
        ),
    ],
)
def test_every_failure_mandatory_check_and_shortfall_is_said_in_spanish(shape, first):
    diagnostics = bad(shape)
    held = Found(sources=1, overlap=3, adjudicated=0, set_aside=0.5, contenders=1)
    least = EvidenceMinimum(2, 30, 5, 0.2, 2)
    reasons = (
        *diagnostics.failures,
        *shortfalls(held, least),
        *(
            Sentence("The check '{check}' was not run.", {"check": check_title(c.name)})
            for c in pending()
        ),
    )
    full = fake_summary("refused")
    checks = (sampler_check(diagnostics), *pending())
    told = replace(full, decision=replace(full.decision, reasons=reasons), checks=checks)
    text = announcement(told, "es")
    assert not any(part.foreign for part in text.listings)
    assert "El control «estudio de calibración» no se realizó." in text.listings[0].items
    assert len(text.listings[0].items) == len(reasons)
    assert text.listings[1].items[0].startswith(f"muestreo: {first}")
    assert len(text.listings[2].items) == len(pending())


def shrunk(count: int) -> Summary:
    """A round of so many contenders and nothing beside them."""
    full = fake_summary()
    ids = list(NAMES)[:count]
    return replace(
        full,
        organizations=full.organizations.loc[ids],
        rank_probabilities=full.rank_probabilities.loc[ids, list(range(1, count + 1))],
        pairwise=full.pairwise.loc[ids, ids],
        sources=full.sources.iloc[:0],
        regions=full.regions.iloc[:0],
        timeline=full.timeline.iloc[:0],
        kinds=full.kinds.iloc[:0],
        baselines=full.baselines.iloc[:0],
        set_aside=full.set_aside.iloc[:0],
        set_aside_rows=full.set_aside_rows.iloc[:0],
        identification=full.identification.iloc[:0],
        checks=(),
        notes=(),
        counts={},
        decision=replace(full.decision, status="no_designation", candidates=tuple(ids)),
    )


@pytest.mark.parametrize("count", [0, 1])
def test_an_empty_round_still_has_a_report(count):
    summary = shrunk(count)
    assert "Nobody is designated" in render_report(summary, draw_all(summary), {})
    assert "Nobody is designated" in render_announcement(summary)
    refused = replace(summary, decision=replace(summary.decision, status="refused"))
    assert draw_all(refused)


def test_a_round_of_forty_contenders_is_drawn_in_part_and_printed_in_full():
    summary = crowded(40, 60)
    html = render_report(summary, draw_all(summary), {})
    assert all(f"Organization {i:02d}<" in html for i in range(40))


def test_tables_of_forty_contenders_have_all_and_figures_those_most_reported():
    summary = crowded(40, 6)
    frame = summary.organizations.assign(reported=range(40))
    html = page(replace(summary, organizations=frame))
    assert html.count("Drawn are 30 organizations, those most reported; the table has all.") == 5
    tables = printed(summary)
    assert [len(tables[name].rows) for name in ("scores", "incidents")] == [40, 40]
    svg = draw_all(replace(summary, organizations=frame))["scores"][0]
    described, drawn = svg.split("</desc>")
    for text in (described, drawn):
        kept = {i for i in range(40) if f"Organization {i:02d}" in text}
        assert kept == set(range(10, 40))
    led = replace(
        summary, organizations=frame, decision=replace(summary.decision, status="candidates")
    )
    assert "Drawn are 30 organizations, the first; the table has all." in page(led)
    assert "Drawn are" not in page(crowded(30, 6))


def test_regions_of_a_failed_fit_are_in_no_order_but_their_names():
    summary = fake_summary("refused")
    rows = [row[0] for row in printed(summary)["regions"].rows]
    assert rows == sorted(rows, key=str.casefold)
    assert "The highest:" not in draw_all(summary)["regions"][0]


def crowded(count: int, periods: int) -> Summary:
    """A round of so many contenders, over so many weeks."""
    full = fake_summary()
    ids = [f"k{i:02d}" for i in range(count)]
    frame = pd.concat([full.organizations.loc[["alba"]]] * count).set_axis(ids)
    frame["name"] = [f"Organization {i:02d}" for i in range(count)]
    weeks = [f"2023-W{i:02d}" for i in range(periods)]
    rows = [(week, k, 1, 2.0, 1.0, 3.0) for k in ids for week in weeks]
    even = pd.DataFrame(1 / count, index=ids, columns=range(1, count + 1))
    return replace(
        full,
        organizations=frame.assign(p_worst=1 / count),
        rank_probabilities=even,
        pairwise=pd.DataFrame(0.5, index=ids, columns=ids),
        timeline=pd.DataFrame(rows, columns=list(full.timeline.columns)),
        baselines=full.baselines.iloc[:0],
        decision=replace(full.decision, status="no_designation", candidates=tuple(ids)),
    )
