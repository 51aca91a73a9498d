import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy

from core.forms import Renderer

CHOICES = [("a", "A <b>"), ("b", gettext_lazy("Tasks"))]
WIDGETS = [
    *(kind() for kind in (forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.HiddenInput)),
    *(kind() for kind in (forms.PasswordInput, forms.DateTimeInput, forms.CheckboxInput, forms.Textarea)),
    forms.DateInput(attrs={"type": "date", "class": 'a "b"', "autofocus": True, "required": False, "size": 5}),
    forms.RadioSelect(choices=CHOICES),
    forms.RadioSelect(choices=CHOICES, attrs={"id": "pick", "class": "row"}),
    forms.RadioSelect(choices=[("Group", CHOICES)]),
    forms.CheckboxSelectMultiple(choices=CHOICES, attrs={"id": "pick"}),
    forms.Select(choices=CHOICES),
]


@pytest.mark.parametrize("value", [None, "", "a", "<b>", 5])
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_widget_is_written_as_django_does(widget, value):
    ours, theirs = (
        widget.render("n<m", value, {"aria-label": "Q&A"}, renderer) for renderer in (Renderer(), DjangoTemplates())
    )

    assert plain(ours) == plain(theirs)


def test_errors_are_told():
    class Form(forms.Form):
        number = forms.IntegerField()

    assert "This field is required." in Form({})["number"].errors.as_ul()
    assert f"{Form()['number'].errors}" == ""


def plain(html):
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", html)
