from django.db import models


class Guesses(models.Model):
    """How often something secret was guessed: a password of one address, a code of one user, anything from one host.

    ``name`` is a digest: whoever reads the table learns neither addresses nor hosts. The count is over at ``until``.
    """

    name = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} until {self.until:%H:%M}"
