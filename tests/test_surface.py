"""The style guide in a real browser: what is pressed answers, nobody is left out, nothing breaks the policy."""

import pytest
from django.contrib.auth import get_user_model

from tests.support import axe

pytestmark = pytest.mark.browser
ADMINISTRATOR = "surface@example.com"


@pytest.fixture
def guide(live_demo, page):
    with live_demo.database():
        users = get_user_model().objects
        if not users.filter(email=ADMINISTRATOR).exists():
            users.create_superuser(ADMINISTRATOR, name="Ada Minster")
    live_demo.sign_in(page, ADMINISTRATOR)
    page.goto(live_demo.url + "/styleguide/")
    return page


def violations(page, within=None):
    return axe.violations(page, within, tags=axe.STRICT)


@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1440)])
def test_nobody_is_left_out(guide, theme, width):
    guide.emulate_media(color_scheme=theme)
    guide.set_viewport_size({"width": width, "height": 900})
    assert violations(guide) == []
    guide.locator("summary.btn").first.click()
    assert violations(guide, "details[open]") == []


@pytest.mark.parametrize("width", [390, 768, 1440, 1920])
def test_no_width_scrolls_sideways(guide, width):
    guide.set_viewport_size({"width": width, "height": 900})
    assert guide.evaluate("document.documentElement.scrollWidth") <= width


def test_a_figure_opens_beside_the_page_and_gives_the_focus_back(guide):
    figure = guide.locator("a.opens").first
    figure.focus()
    guide.keyboard.press("Enter")
    guide.get_by_role("dialog").get_by_text("divided by the MRR").wait_for()
    assert guide.evaluate("document.activeElement.closest('dialog') !== null")
    assert guide.url.endswith("/styleguide/")
    assert violations(guide, "#sheet") == []
    guide.keyboard.press("Escape")
    assert not guide.locator("#sheet").evaluate("sheet => sheet.open")
    assert figure.evaluate("link => link === document.activeElement")


def test_a_figure_opens_as_a_page_without_a_script(guide, browser):
    with_cookies = browser.new_context(java_script_enabled=False, storage_state=guide.context.storage_state())
    page = with_cookies.new_page()
    page.goto(guide.url)
    page.locator("a.opens").first.click()
    assert page.get_by_role("heading", name="Net revenue retention").is_visible()
    with_cookies.close()


def test_the_theme_changes_at_once_and_stays(guide):
    guide.get_by_label("Signed in as Ada Minster").click()
    guide.get_by_role("button", name="Dark").click()
    assert guide.locator("html").get_attribute("data-theme") == "dark"
    guide.reload()
    assert guide.locator("html").get_attribute("data-theme") == "dark"


def test_the_rail_folds_and_stays_folded(guide):
    width = "rail => rail.offsetWidth"
    guide.get_by_role("button", name="Collapse").click()
    assert guide.locator(".rail").evaluate(width) < 60
    guide.reload()
    assert guide.locator(".rail").evaluate(width) < 60


def test_menus_work_by_keyboard(guide):
    more = guide.get_by_label("More", exact=True)
    more.focus()
    guide.keyboard.press("Enter")
    guide.keyboard.press("ArrowDown")
    assert guide.evaluate("document.activeElement.textContent.trim()") == "Export as CSV"
    guide.keyboard.press("ArrowUp")
    assert guide.evaluate("document.activeElement.textContent.trim()") == "Archive"
    guide.keyboard.press("Escape")
    assert more.evaluate("summary => summary === document.activeElement && !summary.parentElement.open")


def test_a_form_in_a_menu_is_filled_in_without_the_mouse(guide):
    guide.keyboard.press("l")
    assert guide.evaluate("document.activeElement.name") == "log-kind"
    guide.keyboard.press("ArrowDown")
    assert guide.evaluate("document.activeElement.value") == "mail"
    guide.keyboard.press("Escape")
    assert guide.evaluate("document.activeElement.dataset.key") == "l"


def test_the_keys_of_a_page_are_listed(guide):
    guide.keyboard.press("?")
    keys = guide.get_by_role("dialog", name="Keys")
    assert "New task" in keys.inner_text()
    guide.keyboard.press("Escape")
    assert not keys.is_visible()


def test_a_mark_tells_its_value(guide):
    mark = guide.locator("a.mark", has=guide.locator("rect.bar")).first
    title = mark.get_attribute("aria-label")
    mark.scroll_into_view_if_needed()
    mark.hover()
    assert guide.locator(".tip").inner_text().startswith(title.split("\n")[0])
    guide.mouse.move(0, 0)
    assert guide.locator(".tip").count() == 0
    assert mark.locator("title").text_content() == title


def test_the_admin_site_holds_under_the_policy(guide, live_demo):
    for address in ("/admin/", "/admin/core/source/", "/admin/core/source/add/", "/admin/core/job/"):
        assert guide.goto(live_demo.url + address).ok


def test_the_style_guide_is_kept_as_pictures(guide, shot):
    assert all(file.exists() for file in shot(guide, "styleguide"))
