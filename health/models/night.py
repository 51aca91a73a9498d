from django.db import models


class Night(models.Model):
    """What the last night's scoring read, packed, for the next to start from. No fact: it may be emptied at any time.

    ``seen`` is what the transaction that read it could see, ``event`` the newest event there was.
    """

    day = models.DateField(unique=True)
    keys = models.JSONField()
    given = models.JSONField()
    seen = models.TextField()
    event = models.BigIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"Night of {self.day}"
