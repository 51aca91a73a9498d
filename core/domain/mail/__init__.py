"""The outbox of mails. Write one with ``post`` in your transaction; workers call ``deliver``."""

from core.domain.mail.delivery import deliver
from core.domain.mail.kinds import Kind, Later, Never, Outgoing, kind
from core.domain.mail.outbox import NewMail, post
from core.domain.mail.sweeping import sweep

__all__ = ["Kind", "Later", "Never", "NewMail", "Outgoing", "deliver", "kind", "post", "sweep"]
