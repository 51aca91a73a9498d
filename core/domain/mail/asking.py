"""Asking whoever takes our mail whether they took a certain one: what ``MAIL_ASK`` can name."""

from typing import Any

import requests
from anymail.utils import get_anymail_setting
from django.conf import settings


class AskLater(Exception):
    """Nobody could be asked just now: it says nothing about the mail."""


def postmark(message_id: str) -> bool | None:
    """Whether Postmark took the mail: its Messages API searches by the metadata that each of our mails carries.

    None for an answer that makes no sense. Raises AskLater where Postmark can't be reached, or won't say. See
    https://postmarkapp.com/developer/api/messages-api, "Outbound message search", and for ``metadata_…``, of which it
    takes one at a time, https://postmarkapp.com/support/article/1125-custom-metadata-faq.
    """
    mail = message_id.strip("<>").partition("@")[0]
    found = _get("messages/outbound", {"count": "1", "offset": "0", "metadata_mail": mail})
    try:
        if int(found["TotalCount"]) == 0:
            return False
        # A search that did not understand the filter would find anything: only our own mark is a yes.
        return True if found["Messages"][0]["Metadata"]["mail"] == mail else None
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _get(path: str, query: dict[str, str]) -> Any:
    base = get_anymail_setting("api_url", esp_name="Postmark", default="https://api.postmarkapp.com/")
    token = get_anymail_setting("server_token", esp_name="Postmark")
    headers = {"Accept": "application/json", "X-Postmark-Server-Token": token}
    try:
        answer = requests.get(
            f"{base.rstrip('/')}/{path}", params=query, headers=headers, timeout=settings.EMAIL_TIMEOUT
        )
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as error:
        raise AskLater(type(error).__name__) from error
