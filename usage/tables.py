import django_tables2 as tables
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.markup import markup
from core.tables import DayColumn, NumberColumn, Table
from core.templatetags.ui import sheet_link
from usage.models import EventName, Rejected


class EventTable(Table):
    name = tables.Column()
    feature = tables.Column(default="–")
    events = NumberColumn(verbose_name=_("Events"))
    first_on = DayColumn()
    last_on = DayColumn()

    class Meta:
        model = EventName
        fields = ["name", "feature", "events", "first_on", "last_on"]
        order_by = "-events"
        empty_text = _("No event of this name")


class RejectedTable(Table):
    event = tables.Column(default="–")
    reason = tables.Column()
    detail = tables.Column(default="–")
    source = tables.Column()
    received_at = tables.DateTimeColumn(format="j M, H:i")
    replayed_at = tables.DateTimeColumn(format="j M, H:i", default="–")

    def render_reason(self, record: Rejected) -> SafeString:
        attributes = sheet_link(reverse("usage:rejected", args=[record.pk]))
        return markup('<a class="opens" {}>{}</a>', attributes, record.get_reason_display())

    class Meta:
        model = Rejected
        fields = ["event", "reason", "detail", "source", "received_at", "replayed_at"]
        order_by = "-received_at"
        empty_text = _("Nothing was rejected")
