from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from core.markup import escaped, markup

VALUES = ["<b>", mark_safe("<b>"), gettext_lazy("Tasks"), 5, None, "a \"quoted\" & 'other'"]


def test_it_says_what_django_says():
    pattern = " ".join("{}" for _value in VALUES)
    assert markup(pattern, *VALUES) == format_html(pattern, *VALUES)


def test_what_it_made_is_not_escaped_again():
    made = markup("<b>{}</b>", "<i>")
    assert escaped(made) == made == "<b>&lt;i&gt;</b>"
