"""Who can be given work."""

from django.db.models import Q, QuerySet

from accounts.models import Role, User
from customers.models import Customer
from customers.querysets import visible_customers


def workers(customer: Customer) -> QuerySet[User]:
    """Whom work for ``customer`` may be given to: those of us who sign in, write, and see that customer themselves."""
    sees = Q(role=Role.ADMINISTRATOR) | (Q(teams=customer.team_id) if customer.team_id else Q(role=Role.LEAD))
    return User.objects.filter(sees, is_active=True).exclude(role=Role.ANALYST).distinct()


def may_be_worked_by(user: User) -> Q:
    """The condition for a customer to be one whose work may be given to ``user``: the same, from the other side."""
    return visible_customers(user) if user.may_write else Q(pk__in=[])
