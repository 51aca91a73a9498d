from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

ICON = "heart"
FURTHER = [
    ("scorecards", _("Scorecards")),
    ("backtests", _("Back-test")),
    ("old-score", _("Test your old score")),
    ("measures", _("Measures")),
]
register(
    Entry(key="health", label=_("Health"), icon=ICON, url_name="health:signals", order=45),
    *(
        Entry(key=f"health-{name}", label=label, icon=ICON, url_name=f"health:{name}", order=46, rail=False)
        for name, label in FURTHER
    ),
)
