from playbooks.models.playbook import DryRun, Membership, Playbook, PlaybookVersion
from playbooks.models.queue_rule import QueueRule
from playbooks.models.run import Letter, Run, RunStep
from playbooks.models.work_item import Lane, WorkItem

__all__ = [
    "DryRun",
    "Lane",
    "Letter",
    "Membership",
    "Playbook",
    "PlaybookVersion",
    "QueueRule",
    "Run",
    "RunStep",
    "WorkItem",
]
