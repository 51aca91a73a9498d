from core.auditing import by_people, whole

AUDITED = {
    "Attachment": by_people(),
    "ContactPerson": by_people(),
    "EventName": by_people(),
    "Feature": whole(),
    "FeatureRule": whole(),
    "IntakeSettings": whole(),
}
OWN_RECORD = {
    "Kept": "how far old events were dropped",
    "Person": "of events",
    "RawEvent": "events as they came",
    "Rejected": "events as they came",
    "RollupPosition": "a position",
    "SeenMessage": "of events",
    "Silence": "noticed by Holdfast",
    "Stranger": "of events",
    "StrangerDay": "of events",
    "TeamRenewals": "computed",
    "TeamUse": "computed",
    "UsageDay": "append-only",
    "UsageFeaturePerson": "append-only",
    "UsagePerson": "append-only",
}
