from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.tests.factories import UserFactory
from core.models import ExternalId, Source
from customers.tests.factories import CustomerFactory
from health.models import ForeignScore

pytestmark = pytest.mark.django_db
UPLOAD = reverse("data:upload-scores")


def scores(text):
    return SimpleUploadedFile("old.csv", ("customer_id,day,name,score\n" + text).encode())


@pytest.fixture
def customer():
    made = CustomerFactory()
    source, _made = Source.objects.get_or_create(key="crm", defaults={"label": "CRM"})
    ExternalId.objects.create(source=source, noun="customer", value="C1", object_id=made.pk)
    return made


def test_the_scores_of_another_tool_are_uploaded_as_history(client, customer):
    client.force_login(UserFactory(role="administrator"))
    page = client.get(reverse("health:old-score")).content.decode()
    assert "CRM" in page
    answer = client.post(UPLOAD, {"file": scores("C1,2025-03-01,Gain,71\n"), "source": "crm"}, follow=True)
    assert "1 new" in answer.content.decode()
    found = ForeignScore.objects.get()
    assert (found.customer, found.day, found.known_on, found.score) == (
        customer,
        date(2025, 3, 1),
        date(2025, 3, 1),
        71,
    )


def test_a_bad_row_refuses_all_unless_it_is_left_out(client, customer):
    client.force_login(UserFactory(role="administrator"))
    rows = "C1,2025-03-01,Gain,71\nC1,soon,Gain,72\n"
    answer = client.post(UPLOAD, {"file": scores(rows), "source": "crm"}, follow=True)
    assert "scores.csv:3 day" in answer.content.decode()
    assert not ForeignScore.objects.exists()
    client.post(UPLOAD, {"file": scores(rows), "source": "crm", "skip": "1"})
    assert ForeignScore.objects.count() == 1
    assert "Choose a file" in client.post(UPLOAD, {}, follow=True).content.decode()


@pytest.mark.parametrize("role", ["csm", "lead", "analyst"])
def test_only_administrators_upload(client, customer, role):
    client.force_login(UserFactory(role=role))
    assert client.post(UPLOAD, {"file": scores("C1,2025-03-01,Gain,71\n"), "source": "crm"}).status_code == 403
    assert "Upload and check" not in client.get(reverse("health:old-score")).content.decode()
