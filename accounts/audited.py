from core.auditing import whole

AUDITED = {
    "Invitation": whole(),
    "Key": whole(without=("last_used_at",), secret=("digest",)),
    "RoleRule": whole(),
    "Team": whole(),
    "User": whole(without=("columns", "last_login"), secret=("password",)),
    "User_teams": whole(),
    "account.EmailAddress": whole(),
    "mfa.Authenticator": whole(without=("last_used_at",), secret=("data",)),
    "socialaccount.SocialAccount": whole(without=("last_login",), secret=("extra_data",)),
}
OWN_RECORD = {
    "AuditEntry": "the log",
    "AuditHead": "the log",
    "AuditLink": "the log",
    "AuditSeal": "the log",
    "Guesses": "counts, gone within the hour",
    "KeptAnswer": "kept for a day",
    "KeyUse": "a count",
    "Notice": "what somebody was told",
    "NoticeChoice": "what somebody wants to be told",
    "Visit": "when somebody was here last",
}
