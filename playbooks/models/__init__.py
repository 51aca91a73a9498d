from playbooks.models.answer_rule import AnswerRule
from playbooks.models.playbook import DryRun, Membership, Playbook, PlaybookVersion
from playbooks.models.queue_rule import QueueRule
from playbooks.models.run import Letter, Run, RunStep
from playbooks.models.undo import Undo
from playbooks.models.work_item import Lane, WorkItem

__all__ = [
    "AnswerRule",
    "DryRun",
    "Lane",
    "Letter",
    "Membership",
    "Playbook",
    "PlaybookVersion",
    "QueueRule",
    "Run",
    "RunStep",
    "Undo",
    "WorkItem",
]
