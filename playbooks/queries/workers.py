"""Who can be given work."""

from django.db.models import Q, QuerySet

from accounts.models import Role, User
from customers.models import Customer


def workers(customer: Customer) -> QuerySet[User]:
    """Whom work for ``customer`` may be given to: those of us who sign in, write, and see that customer themselves."""
    sees = Q(role=Role.ADMINISTRATOR) | (Q(teams=customer.team_id) if customer.team_id else Q(role=Role.LEAD))
    return User.objects.filter(sees, is_active=True).exclude(role=Role.ANALYST).distinct()
