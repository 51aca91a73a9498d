import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import UserFactory
from health.models import Scorecard, ScorecardVersion
from usage.models import Feature, FeatureChange
from usage.tests.factories import FeatureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    return client


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_a_version_is_shown_as_written_and_can_not_be_changed(administrator: Client) -> None:
    version = ScorecardVersion.objects.latest("id")
    page = administrator.get(address(ScorecardVersion, "change", version.pk))
    assert "active_days_28" in page.text
    assert administrator.post(address(ScorecardVersion, "change", version.pk), {}).status_code == 403
    assert administrator.get(address(ScorecardVersion, "add")).status_code == 403


@pytest.mark.parametrize("model", [Scorecard, ScorecardVersion, Feature])
def test_lists_open(administrator: Client, model: type) -> None:
    assert administrator.get(address(model, "changelist")).status_code == 200


def test_a_scorecard_with_versions_stays(administrator: Client) -> None:
    scorecard = Scorecard.objects.get(key="customers")
    assert administrator.get(address(Scorecard, "change", scorecard.pk)).status_code == 200
    assert administrator.post(address(Scorecard, "delete", scorecard.pk), {"post": "yes"}).status_code == 403


def test_a_feature_made_core_is_so_from_today_on(administrator: Client) -> None:
    feature = FeatureFactory(key="board")
    administrator.post(address(Feature, "change", feature.pk), {"label": "Board", "kind": "core"})
    feature.refresh_from_db()
    assert (feature.label, feature.kind) == ("Board", "core")
    assert FeatureChange.objects.get().before == "other"
