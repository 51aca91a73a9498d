from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction

from core import clock
from core.domain import forms
from core.models import SentForm


@pytest.mark.django_db
def test_a_form_is_first_once_and_without_a_token_always() -> None:
    token = f"{uuid4()}"
    assert [forms.is_first(said) for said in (token, token, "", "")] == [True, False, True, True]
    assert not forms.is_first("no token of ours")


@pytest.mark.django_db
def test_a_form_whose_write_failed_may_come_again() -> None:
    token = f"{uuid4()}"
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert forms.is_first(token)
        raise ZeroDivisionError
    assert forms.is_first(token)


@pytest.mark.django_db(transaction=True)
def test_sent_five_times_at_once_it_is_first_once() -> None:
    token, first = f"{uuid4()}", []

    def send() -> None:
        with transaction.atomic():
            first.append(forms.is_first(token))
        connection.close()

    threads = [Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(first) == [False] * 4 + [True]


@pytest.mark.django_db
def test_old_tokens_are_forgotten() -> None:
    forms.is_first(f"{uuid4()}")
    assert forms.forget(before=clock.now()) == 0
    assert forms.forget(before=clock.now() + timedelta(days=3)) == 1
    assert not SentForm.objects.exists()
