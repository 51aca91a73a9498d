from accounts.models.key import KeptAnswer, Key, KeyUse
from accounts.models.team import Team
from accounts.models.user import Role, User

__all__ = ["KeptAnswer", "Key", "KeyUse", "Role", "Team", "User"]
