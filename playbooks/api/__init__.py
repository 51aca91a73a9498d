"""Tasks and playbooks at the doors of the REST API."""

from playbooks.api.playbooks import PlaybookRows, RunRows
from playbooks.api.queue import Queue
from playbooks.api.work_items import WorkItemRows

__all__ = ["PlaybookRows", "Queue", "RunRows", "WorkItemRows"]
