from playbooks.models.queue_rule import QueueRule
from playbooks.models.work_item import Lane, WorkItem

__all__ = ["Lane", "QueueRule", "WorkItem"]
