from collections.abc import Sequence

from customers.models import Contact
from playbooks.models import Run

WHO_ANSWERED = "who_answered"
# Who else may be written to where a customer has no contact of the role asked for.
INSTEAD = ("champion", "decision_maker", "user", "billing")


def choose(runs: Sequence[Run], to: str) -> dict[int, Contact]:
    """The contact of each run's customer that a step goes to, by run: of the role, else of the next in line.

    Whoever left, has no address or has withdrawn consent is left out; a run without anybody has no entry.
    """
    wanted = [run.customer_id for run in runs]
    rows = Contact.objects.filter(customer__in=wanted, left_on=None).exclude(email="")
    by_customer: dict[int, list[Contact]] = {}
    for contact in rows.exclude(consent=Contact.Consent.WITHDRAWN).order_by("pk"):
        by_customer.setdefault(contact.customer_id, []).append(contact)
    found = {run.pk: _best(run, to, by_customer.get(run.customer_id, [])) for run in runs}
    return {pk: contact for pk, contact in found.items() if contact}


def _best(run: Run, to: str, contacts: list[Contact]) -> Contact | None:
    if to == WHO_ANSWERED:
        return next((one for one in contacts if one.pk == run.contact_id), None)
    order = (to, *(role for role in INSTEAD if role != to))
    return next((one for role in order for one in contacts if one.role == role), None)
