from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: an administrator makes the users of a company."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
