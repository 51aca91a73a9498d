from collections.abc import Iterable

from django import template
from django.forms import BoundField, Form
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import marks
from customers.models import Customer, Standing
from customers.queries.timeline import Position
from desk.queries.board import Row
from desk.queue_lines import Lines
from desk.stages import stage_name as name_of
from playbooks.models import Playbook
from playbooks.words import title
from subscriptions.models import InvoiceState

register = template.Library()

register.simple_tag(title, name="task_title")


@register.filter
def standing(customer: Customer) -> Standing | None:
    """The customer's latest values; None where none were computed yet."""
    return getattr(customer, "standing", None)


@register.simple_tag
def state_mark(state: str) -> SafeString:
    """The mark of a band without words: the name stands beside it."""
    return marks.band(state, " ")


@register.filter
def drawn(rows: Iterable[Row], lines: Lines) -> SafeString:
    """The lines of these entries of the queue."""
    return lines.all(rows)


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
