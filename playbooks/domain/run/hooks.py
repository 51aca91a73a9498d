"""Web hooks that playbooks send: each signed with the secret of its playbook."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from core import clock, secrets
from core.jobs import job
from core.outgoing import send

JOB = "playbooks.hook"


def secret_of(playbook_uid: str) -> str:
    """What the hooks of a playbook are signed with: shown to administrators, made from the installation's own key."""
    return _made(playbook_uid, secrets.signing_keys()[0])


def _made(playbook_uid: str, secret_key: str) -> str:
    key = hashlib.sha256(b"playbooks.hook" + secret_key.encode()).digest()
    return hmac.new(key, playbook_uid.encode(), hashlib.sha256).hexdigest()


@job(JOB)
def deliver(payload: Mapping[str, Any]) -> None:
    """Post one hook. Raises ``core.outgoing.Refused``, so that the job is tried again."""
    secret, *earlier = (_made(payload["playbook"], key) for key in secrets.signing_keys())
    send(url=payload["url"], id=payload["id"], body=payload["body"], secret=secret, earlier=earlier, at=clock.now())
