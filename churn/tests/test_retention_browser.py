"""The retention page in a real browser."""

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
    page.goto(live_demo.url + "/reports/retention/")
    return page


def test_a_figure_opens_its_rows_and_a_bar_too(report):
    report.get_by_label("NRR, trailing 12 months").click()
    sheet = report.get_by_role("dialog")
    sheet.get_by_text("divided by their MRR at the start").wait_for()
    assert violations(report, "#sheet") == []
    report.keyboard.press("Escape")
    report.locator("a.mark", has=report.locator("rect.bar")).first.click()
    report.wait_for_url("**/rows/?figure=mrr.start**")
    assert report.get_by_role("link", name="Download as CSV").is_visible()


def test_choosing_swaps_the_report_and_the_address(report):
    report.get_by_label("Period", exact=True).select_option("quarter")
    report.wait_for_url("**period=quarter**")
    assert "Q" in report.locator("#table tbody th").first.inner_text()
    with report.expect_download() as download:
        report.locator("#table").get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("retention-")


@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1440)])
def test_nobody_is_left_out(report, theme, width):
    report.emulate_media(color_scheme=theme)
    report.set_viewport_size({"width": width, "height": 900})
    assert violations(report) == []
    assert report.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_kept_as_pictures(report, shot):
    assert len(shot(report, "retention")) == 4


def test_groups_and_a_sheet_are_kept_as_pictures(report, shot):
    report.goto(f"{report.url}?by=industry")
    report.get_by_role("link", name="GRR, trailing 12 months").click()
    report.get_by_role("dialog").get_by_text("Who came later").wait_for()
    assert len(shot(report, "retention-sheet")) == 4
