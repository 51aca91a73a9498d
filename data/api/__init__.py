"""Bulk calls and web hooks at the doors of the REST API."""

from data.api.bulk import bulk
from data.api.web_hooks import HookCallRows, WebHookRows

__all__ = ["HookCallRows", "WebHookRows", "bulk"]
