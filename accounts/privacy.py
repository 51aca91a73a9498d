from core.privacy import OURS, PERSONAL, PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "KeptAnswer.asked": PLAIN,
    "KeptAnswer.body": PERSONAL,  # deleted after a day
    "KeptAnswer.headers": PLAIN,
    "KeptAnswer.name": PLAIN,
    "Key.digest": PLAIN,
    "Key.name": PLAIN,
    "Key.shown": PLAIN,
    "Team.name": PLAIN,
    "User.columns": PLAIN,
    "User.email": OURS,
    "User.language": PLAIN,
    "User.name": OURS,
    "User.password": OURS,
    "User.time_zone": PLAIN,
}
