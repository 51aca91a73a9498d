from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import notices
from accounts.domain.notices import NewNotice
from accounts.telling import Kind, Values, register
from core import clock
from core.ticks import nightly
from customers.models import Customer

NEAR = 30  # days before the last day to give notice
NIGHTS = 3  # that may have been missed


def _near(values: Values) -> str:
    day = date_format(date.fromisoformat(values["day"]), "j M")
    return _("%(customer)s may give notice until %(day)s") % {"customer": values["customer"], "day": day}


register(
    Kind(
        key="notice_near",
        label=gettext_lazy("The last day to give notice draws near, 30 days before"),
        icon="calendar-days",
        order=50,
        say=_near,
    )
)


@nightly("subscriptions.notices", order=45)
def tell_of_notice_days(day: date) -> None:
    """The owners of those whose last day to give notice came within 30 days, tonight or in nights that were missed."""
    last = day + timedelta(days=NEAR)
    near = Customer.objects.current().filter(
        standing__notice_on__gt=last - timedelta(days=NIGHTS),
        standing__notice_on__lte=last,
        standing__mrr__gt=0,
        owner__is_active=True,
    )
    rows = near.order_by("pk").values_list("pk", "uid", "name", "owner", "standing__notice_on")
    notices.tell(
        notices=[
            NewNotice(
                user=owner,
                kind="notice_near",
                key=f"notice:{pk}:{on}",
                address=Customer(uid=uid).get_absolute_url(),
                values={"customer": name, "day": f"{on}"},
            )
            for pk, uid, name, owner, on in rows
        ],
        at=clock.now(),
    )
