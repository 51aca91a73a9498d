from typing import Any

from churn.queries.retention.asked import Asked
from churn.queries.retention.lines import Line, written


def told(line: Line, asked: Asked) -> dict[str, Any]:
    """A line as plain values; divided or filtered, with what changed sides since the period before (R19)."""
    plain = line.as_json()
    if asked.narrows:
        moved = line.transfers
        plain["transfers"] = {"customers": moved.customers, "mrr": written(moved.mrr)}
    return plain | ({"by": asked.by, "group": line.group} if asked.by else {})
