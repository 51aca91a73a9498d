from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, register

register(Entry(key="surveys", label=_("Surveys"), icon="chat-bubble-left-right", url_name="surveys:surveys", order=30))

register(
    Entry(
        key="answers",
        label=_("Answers"),
        icon="chat-bubble-left-right",
        url_name="surveys:answers",
        order=23,
        rail=False,
    )
)
