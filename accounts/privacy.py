from core.privacy import OURS, PLAIN, Privacy

FIELDS: dict[str, Privacy] = {
    "Key.digest": PLAIN,
    "Key.name": PLAIN,
    "Key.shown": PLAIN,
    "Team.name": PLAIN,
    "User.email": OURS,
    "User.language": PLAIN,
    "User.name": OURS,
    "User.password": OURS,
    "User.time_zone": PLAIN,
}
