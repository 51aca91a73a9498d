"""What pages about one customer do with a form that was sent: the act once, and a word about how it went."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.domain import forms

Read = dict[str, Any]


def acted(request: HttpRequest, form: Form, act: Callable[[Read], str]) -> bool:
    """Do what a valid form asks for and tell what ``act`` says of it, or why nothing was done. Returns whether
    all was well.

    A form that carries a token (``{% once %}``) is acted on once, however often it is sent.
    """
    try:
        if not form.is_valid():
            raise ValidationError([error for errors in form.errors.as_data().values() for error in errors])
        with transaction.atomic():
            if forms.is_first(request.POST.get("once", "")):
                messages.success(request, act(form.cleaned_data))
    except ValidationError as error:
        messages.error(request, _("Nothing was saved. %(wrong)s") % {"wrong": " ".join(error.messages)})
        return False
    return True
