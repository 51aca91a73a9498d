"""Web hooks and their calls, for keys of the whole company: what they are told of knows no teams."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import once
from accounts.api.keys import Whole
from core import clock
from core.api.conditions import check_match, tagged, takes_match
from core.api.views import Listed, Shown
from data.domain.hooks import calls, endpoints
from data.domain.hooks.types import TYPES
from data.models import HookCall, WebHook

ADDRESS = r"^https://[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?(:[1-9][0-9]{1,3})?(/[!-~]*)?$"
FIELDS = ("name", "url", "types", "is_active")


class WebHookShape(serializers.Serializer[Any]):
    """An address that is told of events of some types. Its secret is shown once, by `secret/`."""

    id = serializers.UUIDField(source="uid")
    name = serializers.CharField()
    url = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "WebHook"


class WebHookWrite(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    url = serializers.RegexField(
        ADDRESS, max_length=500, help_text="No address of an inner network: looked up now, and at each call."
    )
    types = serializers.ListField(child=serializers.ChoiceField(choices=list(TYPES)), min_length=1)
    is_active = serializers.BooleanField(default=True, help_text="What waits while it is off goes out later.")

    class Meta:
        ref_name = "WebHookWrite"


class WebHookChange(WebHookWrite):
    is_active = serializers.BooleanField(required=False)

    class Meta:
        ref_name = "WebHookChange"


class SecretShape(serializers.Serializer[Any]):
    """What calls are signed with from now on. It is shown here and nowhere else."""

    secret = serializers.CharField()

    class Meta:
        ref_name = "WebHookSecret"


class WebHookRows(Listed, Shown):
    """The web hooks there are."""

    permission_classes = (Whole,)
    serializer_class = WebHookShape

    def get_queryset(self) -> QuerySet[WebHook]:
        return WebHook.objects.all()

    @extend_schema(request=WebHookWrite, responses={201: WebHookShape})
    @once
    def create(self, request: Request) -> Response:
        """Make a web hook. Ask `secret/` for what its calls are signed with."""
        read = WebHookWrite(data=request.data)
        read.is_valid(raise_exception=True)
        made = endpoints.save(hook=None, values=read.validated_data)
        made.refresh_from_db()
        response = tagged(request, self.get_serializer(made).data, HTTPStatus.CREATED)
        response["Location"] = request.build_absolute_uri(f"{made.uid}/")
        return response

    @extend_schema(request=WebHookChange(partial=True), responses=WebHookShape)
    @takes_match
    def partial_update(self, request: Request, id: Any) -> Response:
        found = self.get_object()
        read = WebHookChange(data=request.data, partial=True)
        read.is_valid(raise_exception=True)
        with transaction.atomic():
            held = self._held(request, found)
            kept = {name: getattr(held, name) for name in FIELDS}
            held = endpoints.save(hook=held, values={**kept, **read.validated_data})
            if held.is_active:
                calls.resume(hook=held)
        return tagged(request, self.get_serializer(held).data)

    @extend_schema(responses={204: None})
    @takes_match
    def destroy(self, request: Request, id: Any) -> Response:
        """Tell it nothing more, and forget its calls."""
        found = self.get_object()
        with transaction.atomic():
            self._held(request, found).delete()
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(request=None, responses=SecretShape)
    @action(detail=True, methods=["post"])
    def secret(self, request: Request, id: Any) -> Response:
        """Give it another secret. Never kept for an Idempotency-Key: asked again, it is another one again."""
        changed = endpoints.rotate(hook=self.get_object())
        return Response(SecretShape(changed).data, headers={"Cache-Control": "no-store"})

    def _held(self, request: Request, hook: WebHook) -> WebHook:
        held = WebHook.objects.select_for_update().get(pk=hook.pk)
        check_match(request, self.get_serializer(held).data)
        return held


class TryShape(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    answer = serializers.CharField()


class HookCallShape(serializers.Serializer[Any]):
    """One event told to one web hook, with what became of each try."""

    id = serializers.UUIDField(source="uid")
    web_hook = serializers.UUIDField(source="hook_uid")
    event = serializers.UUIDField()
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=HookCall.State.choices)
    tries = TryShape(many=True)
    next_try_at = serializers.DateTimeField(source="run_at")
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "WebHookCall"


class CallsQuery(serializers.Serializer[Any]):
    web_hook = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(choices=HookCall.State.choices, required=False)


class HookCallRows(Listed, Shown):
    """What web hooks were told, are told, and could not be told."""

    permission_classes = (Whole,)
    serializer_class = HookCallShape
    asks = CallsQuery
    lookups: ClassVar = {"web_hook": "hook__uid", "state": "state"}

    def get_queryset(self) -> QuerySet[HookCall]:
        return HookCall.objects.annotate(hook_uid=F("hook__uid"))

    @extend_schema(request=None, responses=HookCallShape)
    @action(detail=True, methods=["post"])
    def again(self, request: Request, id: Any) -> Response:
        """Send it once more, whatever became of it, under the same id."""
        calls.again(call=self.get_object(), at=clock.now())
        return tagged(request, self.get_serializer(self.get_object()).data)
