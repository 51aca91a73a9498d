import pytest

from churn.models import ChurnReason
from health.domain.risks import reasons

pytestmark = pytest.mark.django_db


def test_a_risk_s_reason_is_one_of_the_churn_tree_that_is_in_use():
    dear = ChurnReason.objects.create(key="too-dear", label="Too dear")
    ChurnReason.objects.create(key="dear-rival", label="A rival is cheaper", parent=dear)
    ChurnReason.objects.create(key="out-of-use", label="Old", is_active=False)
    found = dict(reasons())
    assert (found["too-dear"], found["dear-rival"]) == ("Too dear", "Too dear · A rival is cheaper")
    assert "out-of-use" not in found
