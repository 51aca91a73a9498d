from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from core.threads import keep_in_thread


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        keep_in_thread()
        # What an app declares: measures, how they roll on, outcomes, consumers of events, jobs and steps of the night,
        # pages, what the search finds, sentences of the timeline, what is watched, what our people are told.
        autodiscover_modules("measures", "rolls", "outcomes", "receivers", "jobs")
        autodiscover_modules("navigation", "search", "timeline", "gauges", "lists", "notices")
