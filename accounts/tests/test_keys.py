from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.domain import keys
from accounts.models import Key
from core import clock
from core.models import Event

pytestmark = pytest.mark.django_db


def create(**options):
    out = StringIO()
    call_command("key", "create", stdout=out, **options)
    return out.getvalue().strip()


def test_a_key_is_printed_once_and_kept_as_a_digest():
    secret = create(scope="read", name="BI")
    key = Key.objects.get()
    assert keys.find(secret, "read") == key
    assert secret not in {str(value) for value in vars(key).values()}
    assert secret.startswith(key.shown)
    assert Event.objects.filter(type="accounts.key_created.v1").count() == 1


def test_a_key_opens_only_what_it_is_for():
    secret = create(scope="intake")
    assert keys.find(secret, "read", "write") is None
    assert keys.find("hfi_wrong", "intake") is None
    assert keys.find("\udcff", "intake") is None


def test_keys_of_one_name_send_for_one_source():
    first, second = (keys.find(create(scope="intake", name="Our App"), "intake") for _ in range(2))
    assert first.source == second.source
    assert (first.source.key, first.source.label) == ("our-app", "Our App")


def test_a_revoked_key_opens_nothing():
    secret = create(scope="write")
    keys.revoke(key=Key.objects.get(), at=clock.now())
    keys.revoke(key=Key.objects.get(), at=clock.now())
    assert keys.find(secret, "write") is None
    assert Event.objects.filter(type="accounts.key_revoked.v1").count() == 1


def test_a_name_without_letters_is_refused():
    with pytest.raises(CommandError, match="letters or digits"):
        create(scope="intake", name="!!")
    assert not Key.objects.exists()
