from accounts.models.key import Key
from accounts.models.team import Team
from accounts.models.user import Role, User

__all__ = ["Key", "Role", "Team", "User"]
