"""The report in Chromium: every section, no network, no error, at a desk and on a phone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import xarray as xr
from dtoscore.reports.page import SECTIONS
from dtoscore.reports.release import write_release
from dtoscore.tests.summaries import fake_summary, run_record, settings
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = pytest.mark.browser
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip
WIDTHS = (1280, 375)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("DTOSCORE_CHROMIUM") or shutil.which("chromium")
    assert path, "no Chromium: run make test-browser, which finds or installs it"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="module", params=["candidates", "no_designation", "refused"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "round.toml").write_text('id = "2023-q4"\n')
    fit = xr.DataTree.from_dict({"/posterior": xr.Dataset()})
    fit.to_zarr(folder / "fit.zarr", consolidated=False)
    out = write_release(
        fake_summary(request.param),
        folder / "release",
        posterior=folder / "fit.zarr",
        scores=xr.DataArray([[[0.0]]], dims=("chain", "draw", "organization")),
        places=xr.DataArray([[[0.0]]], dims=("chain", "draw", "region")),
        evidence=xr.Dataset(),
        round_folder=folder,
        columns={},
        settings=settings(),
        run=run_record(),
    )
    return out / "report.html"


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": request.param, "height": 900})
    opened.requests, opened.faults = [], []
    opened.on("request", lambda request: opened.requests.append(request.url))
    opened.on("console", lambda message: opened.faults.append(message.text))
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.goto(report.as_uri())
    yield opened
    opened.close()


def test_every_section_is_there_and_reached_from_the_contents(page):
    for anchor, title in SECTIONS:
        assert page.locator(f"section#{anchor} h2").inner_text() == title
        page.locator(f'nav a[href="#{anchor}"]').click()
        assert page.evaluate("location.hash") == f"#{anchor}"


def test_nothing_is_asked_of_the_network_and_nothing_fails(page, report):
    assert page.requests == [report.as_uri()]
    assert page.faults == []


def test_nothing_overflows_even_with_all_tables_open(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"]
    outside = page.evaluate(
        """() => [...document.querySelectorAll('main *')]
        .filter(e => !e.closest('.scroll') && e.getBoundingClientRect().width > 0)
        .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
        .map(e => e.tagName + ' ' + (e.textContent || '').slice(0, 40))"""
    )
    assert outside == []


def test_text_of_figures_is_legible(page):
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('figure svg')]
        .filter(svg => svg.getBoundingClientRect().width > 0)
        .flatMap(svg => [...svg.querySelectorAll('text')]
            .map(t => t.getBoundingClientRect().height))"""
    )
    assert sizes
    assert min(sizes) >= 8


def test_banner_of_a_simulated_round_is_first_and_visible(page):
    assert page.locator(".banner").first.is_visible()
    assert page.locator(".banner").first.bounding_box()["y"] == 0


def test_every_visible_figure_has_a_name_and_a_description(page):
    for figure in page.locator("figure svg").all():
        if figure.is_visible():
            ids = figure.get_attribute("aria-labelledby").split()
            assert all(page.locator(f"#{identity}").text_content() for identity in ids)


def test_colours_have_contrast(page):
    worst = page.evaluate(CONTRAST)
    assert worst["ratio"] >= 4.5, worst


CONTRAST = """() => {
  const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  let worst = {ratio: 99};
  for (const e of document.querySelectorAll('body *:not(svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const a = light(parse(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst.ratio) worst = {ratio, text: e.textContent.slice(0, 60)};
  }
  return worst;
}"""
