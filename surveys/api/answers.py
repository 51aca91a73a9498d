from typing import Any, ClassVar

from django.db.models import F, OuterRef, Subquery
from rest_framework import serializers

from core.api.narrowing import Narrowed, parameters
from core.api.views import Listed, Shown
from core.clock import AsOf
from customers.api.shared import CustomerQuery, DaysQuery, ListedOfCustomers, OfCustomer
from surveys.lists import AnswerFilter
from surveys.models import Invitation, Response, Survey


class SurveyShape(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Survey.Kind.choices)
    state = serializers.ChoiceField(choices=Survey.State.choices)
    nature = serializers.ChoiceField(choices=Survey.Nature.choices)
    languages = serializers.ListField(child=serializers.CharField())
    valid_days = serializers.IntegerField()
    reminder_days = serializers.IntegerField()

    class Meta:
        ref_name = "Survey"


class SurveyRows(Listed, Shown):
    serializer_class = SurveyShape

    def get_queryset(self) -> Any:
        return Survey.objects.all()


class ResponseShape(OfCustomer):
    """An answer that counts: of one invitation, the one known last."""

    customer = serializers.UUIDField(source="customer_uid", allow_null=True)
    id = serializers.UUIDField(source="uid")
    survey = serializers.UUIDField(source="survey_uid")
    contact = serializers.UUIDField(source="contact_uid", allow_null=True)
    answered_at = serializers.DateTimeField()
    day = serializers.DateField()
    score = serializers.IntegerField()
    channel = serializers.ChoiceField(choices=Response.Channel.choices)
    comment = serializers.CharField(allow_null=True)

    class Meta:
        ref_name = "Response"


class ResponseRows(Narrowed, ListedOfCustomers, Shown):
    serializer_class = ResponseShape
    filters = AnswerFilter
    names = ("survey", "channel", "score", "since", "until")
    asks = parameters(filters, *names, beside=CustomerQuery)
    all_rows = Response.objects

    def get_queryset(self) -> Any:
        rows = super().get_queryset().as_of(AsOf.live())
        return rows.annotate(survey_uid=F("survey__uid"), contact_uid=F("contact__uid"), comment=F("text__body"))


class InvitationShape(OfCustomer):
    """One contact asked once."""

    id = serializers.UUIDField(source="uid")
    survey = serializers.UUIDField(source="survey_uid")
    contact = serializers.UUIDField(source="contact_uid", allow_null=True)
    sent_at = serializers.DateTimeField()
    day = serializers.DateField()
    answered = serializers.SerializerMethodField()

    class Meta:
        ref_name = "Invitation"

    def get_answered(self, row: Any) -> bool:
        return row.answer is not None


class InvitationsQuery(DaysQuery):
    survey = serializers.UUIDField(required=False, help_text="The id of a survey.")


class InvitationRows(ListedOfCustomers, Shown):
    """Who was asked what, and when."""

    serializer_class = InvitationShape
    asks = InvitationsQuery
    all_rows = Invitation.objects
    lookups: ClassVar = {"survey": "survey__uid", "since": "day__gte", "until": "day__lt"}

    def get_queryset(self) -> Any:
        answers = Response.objects.as_of(AsOf.live()).filter(invitation=OuterRef("pk"))
        # Looked up where it is shown: EXISTS would be answered by reading all answers there are first.
        shown = {
            "survey_uid": F("survey__uid"),
            "contact_uid": F("contact__uid"),
            "answer": Subquery(answers.values("pk")[:1]),
        }
        return super().get_queryset().filter(AsOf.live().known()).annotate(**shown)
