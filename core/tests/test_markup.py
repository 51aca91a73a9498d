"""What the content security policy would refuse must not be written in the first place."""

import re
from pathlib import Path

import pytest
from django.conf import settings

# Mails are left out: they carry their styles inline, and no browser holds them to our policy.
TEMPLATES = sorted(
    path
    for path in Path(settings.BASE_DIR).glob("*/templates/**/*.html")
    if not path.name.startswith(".") and not {"mail", "email"} & set(path.parts)
)
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\s(src=|type=\"application/json\"))[^>]*>", re.IGNORECASE),
    "event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "script address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx evaluation": re.compile(r"hx-on|hx-vals=[\"']js:", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_template_needs_an_unsafe_policy(path):
    text = path.read_text()
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []
