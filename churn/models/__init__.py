from churn.models.churn_event import ChurnEvent
from churn.models.reason import ChurnReason

__all__ = ["ChurnEvent", "ChurnReason"]
