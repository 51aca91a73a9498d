from accounts.models.audit import AuditEntry, AuditHead, AuditLink, AuditSeal
from accounts.models.guesses import Guesses
from accounts.models.invitation import Invitation
from accounts.models.key import KeptAnswer, Key, KeyUse
from accounts.models.notice import Notice, NoticeChoice, Visit
from accounts.models.role import Role
from accounts.models.rule import RoleRule
from accounts.models.team import Team
from accounts.models.user import User

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "AuditSeal",
    "Guesses",
    "Invitation",
    "KeptAnswer",
    "Key",
    "KeyUse",
    "Notice",
    "NoticeChoice",
    "Role",
    "RoleRule",
    "Team",
    "User",
    "Visit",
]
