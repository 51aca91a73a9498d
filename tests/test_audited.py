"""Each table says whether its changes are written to the audit log, and if not, why."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from accounts.domain.audit import triggers
from core.auditing import said_by
from core.facts import Fact

OURS = [app for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]


def tables(app):
    """Those of an app that are not facts: facts are never changed, and are their own history."""
    return {one.__name__ for one in app.get_models(include_auto_created=True) if not issubclass(one, Fact)}


@pytest.mark.parametrize("app", OURS, ids=lambda app: app.label)
def test_every_table_is_audited_or_says_why_not(app):
    audited, own_record = said_by(app)
    assert tables(app) - set(audited) - set(own_record) == set(), f"say in {app.label}/audited.py"
    assert set(own_record) <= tables(app)
    assert {name for name in audited if "." not in name} <= tables(app)
    assert not set(audited) & set(own_record)
    assert all(own_record.values())


@pytest.mark.django_db
def test_every_audited_table_has_its_trigger():
    assert triggers.missing() == []


def test_a_new_table_is_missed(monkeypatch):
    app = apps.get_app_config("churn")
    new = type("Diary", (models.Model,), {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "nowhere"})})
    monkeypatch.setattr(app, "get_models", lambda **_: [new])
    with pytest.raises(AssertionError, match=r"churn/audited\.py"):
        test_every_table_is_audited_or_says_why_not(app)
