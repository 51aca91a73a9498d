"""What axe finds on a page: nobody is to be left out of any."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
STRICT = (*WCAG, "best-practice")
BY_COLOUR = ("color-contrast", "link-in-text-block")  # what another theme may break
BY_WIDTH = ("target-size", "scrollable-region-focusable")  # what a narrow screen may break

# The findings alone leave the browser: what is in order is some megabytes on a long list.
FINDINGS = """([within, options]) => axe.run(within || document, options).then(found => found.violations.map(
    rule => [rule.id, rule.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]))"""


def violations(
    page: Any, within: str | None = None, tags: tuple[str, ...] = WCAG, rules: tuple[str, ...] = ()
) -> list[Any]:
    """Each rule that is broken, with the first elements that break it. ``rules`` instead of all that have ``tags``."""
    page.wait_for_load_state()
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE_SCRIPT)
    asked = {"type": "rule", "values": [*rules]} if rules else {"type": "tag", "values": [*tags]}
    options = {"runOnly": asked, "resultTypes": ["violations"], "preload": False}
    return page.evaluate(FINDINGS, [within, options])
