from django import template
from django.forms import BoundField, Form
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import marks
from customers.models import Customer, Standing
from customers.queries.timeline import Position
from desk.stages import stage_name as name_of
from playbooks.models import Playbook, WorkItem
from subscriptions.models import InvoiceState

register = template.Library()


@register.filter
def standing(customer: Customer) -> Standing | None:
    """The customer's latest values; None where none were computed yet."""
    return getattr(customer, "standing", None)


@register.simple_tag
def state_mark(state: str) -> SafeString:
    """The mark of a band without words: the name stands beside it."""
    return marks.band(state, " ")


@register.simple_tag
def task_title(item: WorkItem) -> str:
    """What there is to do. Titles of the rules that come with Holdfast are translated."""
    return _(item.title) if item.title else (item.text.body if item.text else _("Task"))


@register.filter
def stage_name(stage: str) -> str:
    return name_of(stage)


@register.filter
def bill_status(status: str) -> str:
    """What became of an invoice."""
    return str(InvoiceState.Status(status).label)


@register.filter
def own_label(key: str) -> str:
    """The name of a company's own attribute where only its key is at hand."""
    return key.replace("_", " ")


@register.simple_tag(takes_context=True)
def older_link(context: Context, older: Position) -> str:
    """This address with the next page of the timeline."""
    at, pk = older
    query = context["request"].GET.copy()
    query["before"] = f"{at.isoformat()}~{pk}"
    return f"?{query.urlencode()}"


@register.simple_tag
def named(form: Form, name: str) -> BoundField:
    """A form's field by its name."""
    return form[name]


@register.simple_tag
def playbook_name(playbook: Playbook) -> str:
    """Its name: those that come with Holdfast in the reader's language."""
    return _(playbook.name)
