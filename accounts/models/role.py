from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    CSM = "csm", _("Customer success manager")
    LEAD = "lead", _("Lead")
    ADMINISTRATOR = "administrator", _("Administrator")
    ANALYST = "analyst", _("Analyst")
