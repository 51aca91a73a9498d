from churn.models import ChurnReason
from health.domain.risks import gives_reasons


@gives_reasons
def reasons_of_risks() -> list[tuple[str, str]]:
    """The reasons that are in use, a finer one behind the name of its parent."""
    rows = ChurnReason.objects.filter(is_active=True).select_related("parent").order_by("position", "label")
    named = [(one.key, f"{one.parent} · {one}" if one.parent else str(one)) for one in rows]
    return sorted(named, key=lambda one: one[1].lower())
