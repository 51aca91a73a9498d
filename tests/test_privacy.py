"""Each field that can hold words says whether they are personal (R33)."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from core.privacy import PERSONAL, PLAIN, classified, fields_with_words, outdated, unclassified

OURS = [app for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
# A document is a text of some size; the values of an audit entry are blanked when the contact is erased.
PERSONAL_PLACES = {"Contact", "Text", "User", "Document", "AuditEntry"}
# Dropped after the months that the settings of the intake say; answers of the API after a day; files with their import;
# people in what Stripe said after 90 days.
KEPT_FOR_A_WHILE = {"ImportedChange", "RawEvent", "Rejected", "KeptAnswer", "ImportFile", "ImportPiece", "StripeEvent"}


@pytest.mark.parametrize("app", OURS, ids=lambda app: app.label)
def test_every_field_with_words_is_classified(app):
    assert unclassified(app) == set(), f"say in {app.label}/privacy.py whether these are personal"
    assert outdated(app) == set(), f"these are no fields any more: take them out of {app.label}/privacy.py"


@pytest.mark.parametrize("app", OURS, ids=lambda app: app.label)
def test_people_are_in_contacts_and_texts_only(app):
    personal = {name for name, privacy in classified(app).items() if privacy == PERSONAL}
    assert {name.split(".")[0] for name in personal} <= PERSONAL_PLACES | KEPT_FOR_A_WHILE


def test_a_new_field_is_missed(monkeypatch):
    app = apps.get_app_config("customers")
    field = models.TextField()
    field.set_attributes_from_name("diary")
    monkeypatch.setattr("customers.models.Customer._meta.local_fields", [field])
    assert "Customer.diary" in fields_with_words(app)
    assert "Customer.diary" in unclassified(app)
    assert "Customer.name" in outdated(app)


def test_an_app_that_says_nothing_has_nothing_classified():
    assert classified(apps.get_app_config("humanize")) == {}
    assert PLAIN in classified(apps.get_app_config("core")).values()
