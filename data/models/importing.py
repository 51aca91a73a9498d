from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.ids import uuid7


class Import(models.Model):
    """Files that somebody brings in through the browser, from their upload to what became of them.

    ``mapping`` says what each file and column means, as ``data.domain.imports.draft`` reads it. ``progress`` is
    written beside the work's own transaction, so that it is seen while the work goes on.
    """

    class State(models.TextChoices):
        READING = "reading", _("Reading the files")
        MAPPING = "mapping", _("Waiting for its mapping")
        CHECKING = "checking", _("Checking every row")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Importing")
        DONE = "done", _("Imported")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")
        FAILED = "failed", _("Failed")

    WORKING = (State.READING, State.CHECKING, State.IMPORTING, State.UNDOING)

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.READING)
    source = models.SlugField(_("source"), max_length=60, default="files")
    mapping = models.JSONField(_("mapping"), default=dict)
    skip_bad = models.BooleanField(_("without the bad rows"), default=False)
    report = models.JSONField(_("report"), default=dict)
    problem = models.TextField(_("what went wrong"), blank=True)
    progress = models.JSONField(_("progress"), default=dict)
    started_at = models.DateTimeField(_("started"), db_default=Now())
    changed_at = models.DateTimeField(_("changed"), db_default=Now())
    loaded_at = models.DateTimeField(_("loaded"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Import {self.uid}"

    @property
    def called(self) -> str:
        """The names of its files."""
        return ", ".join(file.name for file in self.files.all() if file.kind != ImportFile.Kind.PROBLEMS)

    @property
    def working(self) -> bool:
        """Whether something is done with it now, or about to be."""
        return self.state in self.WORKING


class ImportFile(models.Model):
    """A file of an import: as it was sent, a table that was found in it, or the list of what is wrong."""

    class Kind(models.TextChoices):
        SENT = "sent"
        TABLE = "table"
        PROBLEMS = "problems"

    of = models.ForeignKey(Import, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=20, blank=True)
    separator = models.CharField(max_length=1, blank=True)
    profile = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ImportPiece(models.Model):
    """A piece of a file: workers need not share a disk with the web server. Dropped when the import is over."""

    file = models.ForeignKey(ImportFile, models.CASCADE, related_name="pieces", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="data_importpiece_once")]

    def __str__(self) -> str:
        return f"{self.file_id}.{self.number}"


class ImportedRow(models.Model):
    """Something that an import brought and that was not there before: what its undo takes back."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="+", db_index=False)
    noun = models.CharField(max_length=40)
    object_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["of", "noun"], name="data_importedrow_of")]

    def __str__(self) -> str:
        return f"{self.noun} {self.object_id}"


class KeptMapping(models.Model):
    """What the columns of a file meant the last time: used again for a file with the same columns."""

    source = models.SlugField(max_length=60)
    noun = models.CharField(max_length=40)
    headers = models.JSONField()
    table = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "noun"], name="data_keptmapping_once")]

    def __str__(self) -> str:
        return f"{self.noun} of {self.source}"
