from collections.abc import Mapping
from typing import Any

from core.privacy import PERSONAL, PLAIN, Privacy, Subject

# Persons and addresses are numbers here, hashes. Their words are in events as they came, and go with them after the
# months that the settings of the intake say.
FIELDS: dict[str, Privacy] = {
    "Attachment.value": PLAIN,
    "EventName.name": PLAIN,
    "EventName.plan": PLAIN,
    "Feature.key": PLAIN,
    "Feature.label": PLAIN,
    "FeatureRule.event": PLAIN,
    "FeatureRule.property": PLAIN,
    "FeatureRule.value": PLAIN,
    "IntakeSettings.company_traits": PLAIN,
    "IntakeSettings.identify_by": PLAIN,
    "Person.domain": PLAIN,
    "Person.group_id": PLAIN,
    "RawEvent.context_id": PLAIN,
    "RawEvent.domain": PLAIN,
    "RawEvent.group_id": PLAIN,
    "RawEvent.kind": PLAIN,
    "RawEvent.name": PLAIN,
    "RawEvent.payload": PERSONAL,
    "RawEvent.trait_id": PLAIN,
    "Rejected.detail": PLAIN,
    "Rejected.event": PLAIN,
    "Rejected.path": PLAIN,
    "Rejected.payload": PERSONAL,
    "Rejected.sent_at": PLAIN,
    "Stranger.context_id": PLAIN,
    "Stranger.domain": PLAIN,
    "Stranger.group_id": PLAIN,
    "Stranger.trait_id": PLAIN,
}


def held(subject: Subject) -> dict[str, list[Mapping[str, Any]]]:
    from usage.domain import erasing

    return erasing.held(subject)


def erase(subject: Subject) -> dict[str, int]:
    from usage.domain import erasing

    return erasing.erase(subject)
