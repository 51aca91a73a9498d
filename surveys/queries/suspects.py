from django.db.models import Case, Q, QuerySet, When

from accounts.models import User
from customers.querysets import visible_customers
from surveys.models import Survey, Suspect


def suspects_of(user: User, survey: Survey) -> QuerySet[Suspect]:
    """What was put aside of customers that this user sees: those still open first, then the latest.

    What nobody known answered by an open link is for those who see all customers.
    """
    by_link = Q(link__customer__isnull=False) & visible_customers(user, "link__customer__")
    seen = Q(ask__isnull=False) & visible_customers(user, "ask__customer__") | by_link
    if user.sees_everything:
        seen = Q()
    rows = Suspect.objects.filter(Q(ask__survey=survey) | Q(link__survey=survey), seen)
    related = ("ask__customer", "ask__contact", "link__customer", "text", "settled_by")
    return rows.select_related(*related).order_by(Case(When(verdict="", then=0), default=1), "-at", "-pk")
