"""PostHog's messages in the words of Segment's."""

from typing import Any

KINDS = {
    "$identify": "identify",
    "$set": "identify",
    "$groupidentify": "group",
    "$create_alias": "alias",
    "$pageview": "page",
    "$screen": "screen",
}

COMPANY = ("company", "organization", "account", "customer")


def from_posthog(message: dict[str, Any]) -> dict[str, Any]:
    """``event``, ``distinct_id`` and ``properties`` as a message of Segment's protocol. Groups: that of the company,
    else the first."""
    name = message.get("event")
    found = message.get("properties")
    properties: dict[str, Any] = found if isinstance(found, dict) else {}
    kind = KINDS.get(name, "track") if isinstance(name, str) else "track"
    user = message.get("distinct_id", properties.get("distinct_id"))
    return {
        "type": kind,
        "event": name,
        "name": properties.get("$pathname") or properties.get("$screen_name"),
        "userId": properties.get("alias", user) if kind == "alias" else user,
        "previousId": user if kind == "alias" else None,
        "groupId": _group(properties),
        "messageId": message.get("uuid") or message.get("messageId"),
        "timestamp": message.get("timestamp"),
        "properties": found,
        "traits": _traits(message, properties),
        "context": message.get("context"),
    }


def _group(properties: dict[str, Any]) -> Any:
    if "$group_key" in properties:
        return properties["$group_key"]
    groups = properties.get("$groups")
    if not isinstance(groups, dict) or not groups:
        return None
    named = [groups[name] for name in COMPANY if name in groups]
    return next(iter([*named, *groups.values()]))


def _traits(message: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    given = [message.get("$set"), properties.get("$set"), properties.get("$set_once"), properties.get("$group_set")]
    return {key: value for one in given if isinstance(one, dict) for key, value in one.items()}
