import pytest
from django.core.exceptions import ValidationError

from accounts.passwords import Breached
from accounts.tests.factories import PASSWORD


@pytest.mark.parametrize(
    "password",
    [
        "qwerty123456",
        "Password12345!",
        "P@ssw0rd!!!!",
        "dragonsoccer",
        "monkeymonkeymonkey",
        "123456123456",
        "aaaaaaaaaaaaaa",
    ],
)
def test_a_password_of_a_breach_is_refused_however_dressed_up(password):
    with pytest.raises(ValidationError, match="breaches"):
        Breached().validate(password)


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse battery staple", "Vaz7-qmtp-Lw2x-9dke", "größer als ein Haus"]
)
def test_words_of_ones_own_are_taken(password):
    Breached().validate(password)


def test_a_password_has_an_end():
    with pytest.raises(ValidationError, match="at most"):
        Breached().validate("a long one " * 20)
