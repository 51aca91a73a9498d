from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register, sees_money

ICON = "chart-bar-square"
FURTHER = [
    ("retention", _("Retention")),
    ("movements", _("Movements")),
    ("cohorts", _("Cohorts")),
    ("reasons", _("Reasons")),
    ("benchmarks", _("Benchmarks")),
    ("worth", _("Customer value")),
]
register(
    Entry(key="reports", label=_("Reports"), icon=ICON, url_name="churn:overview", order=50, allowed=sees_money),
    *(
        Entry(
            key=f"reports-{name}",
            label=label,
            icon=ICON,
            url_name=f"churn:{name}",
            order=51,
            rail=False,
            allowed=sees_money,
        )
        for name, label in FURTHER
    ),
)
