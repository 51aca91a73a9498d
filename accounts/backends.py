from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User

# In SQL, since each request asks it: to put it together anew took longer than to ask it.
ASKED: Final = """
SELECT u.*, r.sees_money AS rule_money,
       COALESCE(r.needs_second_factor, FALSE)
           AND NOT EXISTS (SELECT FROM mfa_authenticator a WHERE a.user_id = u.id) AS lacks_factor,
       ARRAY(SELECT o.team_id FROM accounts_user_teams o WHERE o.user_id = u.id ORDER BY 1) AS own_teams,
       EXISTS (SELECT FROM accounts_team t WHERE NOT EXISTS (
           SELECT FROM accounts_user_teams o WHERE o.team_id = t.id AND o.user_id = u.id)) AS lacks_team,
       (SELECT time_zone FROM core_company) AS company_zone
FROM accounts_user u LEFT JOIN accounts_rolerule r ON r.role = u.role
WHERE u.id = %(user)s AND u.is_active
"""


class Backend(AuthenticationBackend):
    """Signs in by e-mail. What is asked of a user in every request is read with the user, in one statement."""

    def get_user(self, user_id: Any) -> User | None:
        """The user, with ``rule_money`` of their role (None where the company has set nothing), ``lacks_factor``:
        whether the role asks for a second one and there is none, ``own_teams``, the keys of their teams,
        ``lacks_team``: whether there is one that they are not of, and ``company_zone``, the name of the company's
        time zone (None before it is named). None for who may not sign in.
        """
        return next(iter(User.objects.raw(ASKED, {"user": user_id})), None)
