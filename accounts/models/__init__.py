from accounts.models.audit import AuditEntry, AuditHead, AuditLink, AuditSeal
from accounts.models.key import KeptAnswer, Key, KeyUse
from accounts.models.notice import Notice, NoticeChoice, Visit
from accounts.models.team import Team
from accounts.models.user import Role, User

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "AuditSeal",
    "KeptAnswer",
    "Key",
    "KeyUse",
    "Notice",
    "NoticeChoice",
    "Role",
    "Team",
    "User",
    "Visit",
]
