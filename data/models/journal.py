from django.db import models

from data.models.importing import Import


class ImportedChange(models.Model):
    """What an import changed of something that was there: the fields that became others, before and after.

    ``before`` is empty where there was nothing in its place. Once the import is taken back, only what stayed is kept,
    since it had been changed again.
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="+", db_index=False)
    noun = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["of", "noun"], name="data_importedchange_of")]

    def __str__(self) -> str:
        return f"{self.noun} {self.object_id}"


class Added(models.Model):
    """What an import added to a customer's usage. Nothing points at these rows, and they at nothing but the import."""

    pk = models.CompositePrimaryKey("of_id", "customer", "known_on")
    of_id = models.BigIntegerField()
    customer = models.BigIntegerField(db_column="customer_id")
    known_on = models.DateField()

    class Meta:
        abstract = True
        managed = False


class ImportedUsage(Added):
    """The events, users and errors that it added to a day."""

    feature_id = models.BigIntegerField()
    day = models.DateField()
    events = models.BigIntegerField()
    users = models.BigIntegerField(null=True)
    errors = models.BigIntegerField()

    class Meta(Added.Meta):
        abstract = False
        db_table = "data_importedusage"

    def __str__(self) -> str:
        return f"{self.customer} on {self.day}"


class ImportedPerson(Added):
    """The days of a month that it added to a person: of a feature, or over all."""

    feature_id = models.BigIntegerField(null=True)
    person = models.BigIntegerField()
    month = models.DateField()
    days = models.IntegerField()

    class Meta(Added.Meta):
        abstract = False
        db_table = "data_importedperson"

    def __str__(self) -> str:
        return f"{self.customer} in {self.month:%Y-%m}"
