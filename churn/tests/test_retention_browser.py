"""The retention page in a real browser."""

from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.contrib.auth import get_user_model

from tests.test_surface import violations

pytestmark = pytest.mark.browser
LEAD = "reports@example.com"


@pytest.fixture
def report(live_demo, page):
    with live_demo.database():
        users = get_user_model().objects
        if not users.filter(email=LEAD).exists():
            users.create_superuser(LEAD, name="Rita Ports")
    live_demo.sign_in(page, LEAD)
    page.goto(live_demo.url + "/reports/")
    return page


def test_a_figure_opens_its_rows_and_a_bar_too(report):
    report.get_by_role("link", name="NRR, trailing 12 months").click()
    sheet = report.get_by_role("dialog")
    sheet.get_by_text("divided by their MRR at the start").wait_for()
    assert violations(report, "#sheet") == []
    report.keyboard.press("Escape")
    report.locator("a.mark", has=report.locator("rect.bar")).first.click()
    report.wait_for_url("**/rows/?figure=mrr.start**")
    assert report.get_by_role("link", name="Download as CSV").is_visible()


def test_choosing_swaps_the_report_and_the_address(report):
    report.get_by_role("link", name="Retention", exact=True).click()
    report.wait_for_url("**/retention/**")
    report.get_by_label("Period", exact=True).select_option("quarter")
    report.wait_for_url("**/retention/?period=quarter**")
    assert "Q" in report.locator("#table tbody th").first.inner_text()
    report.locator("#table summary", has=report.locator("svg")).click()
    with report.expect_download() as download:
        report.locator("#table").get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename.startswith("retention-table-")


@pytest.mark.parametrize(
    ("theme", "width", "names"),
    [("light", 390, ("", "cohorts/")), ("dark", 1440, ("retention/?by=plan", "worth/"))],
)
def test_nobody_is_left_out(report, theme, width, names):
    report.emulate_media(color_scheme=theme)
    report.set_viewport_size({"width": width, "height": 900})
    address = report.url
    for name in names:
        report.goto(address + name)
        assert violations(report) == [], name
        assert report.evaluate("document.documentElement.scrollWidth") <= width, name


# One of each shape of rows: one amount, two, three; with a day and a movement, a reason, two days.
HREFS = "links => links.map(link => link.getAttribute('href'))"
ROOM = "boxes => boxes.map(box => box.clientWidth - box.scrollWidth)"
SHAPES = ["rates.nrr", "rates.grr", "net_new", "cohort.customers", "cohort.survival", "reasons.mrr", "mrr.fx"]


def test_the_rows_of_a_figure_fit_on_a_phone(report):
    report.set_viewport_size({"width": 390, "height": 844})
    start, found = report.url, {}
    for name in ("", "retention/?period=year", "cohorts/", "reasons/", "movements/"):
        report.goto(start + name)
        for link in report.locator('a[href*="/reports/rows/"]').evaluate_all(HREFS):
            found.setdefault(parse_qs(urlsplit(link).query)["figure"][0], link)
    wide = []
    for key in SHAPES:
        report.goto(urljoin(start, found[key]))
        wide += [key for room in report.locator(".table-scroll").evaluate_all(ROOM) if room < 0]
    assert wide == []
    report.goto(urljoin(start, found["rates.grr"]))
    assert report.locator("tbody tr").first.locator(".beneath").inner_text().startswith("MRR on")


@pytest.mark.parametrize("name", ["", "cohorts/", "reasons/"])
def test_they_are_kept_as_pictures(report, shot, name):
    report.goto(report.url + name)
    assert all(file.exists() for file in shot(report, f"report-{name.strip('/') or 'overview'}"))


def test_a_sheet_is_kept_as_pictures(report, shot):
    report.get_by_role("link", name="GRR, trailing 12 months").click()
    report.get_by_role("dialog").get_by_text("Who came later").wait_for()
    assert all(file.exists() for file in shot(report, "report-sheet"))
