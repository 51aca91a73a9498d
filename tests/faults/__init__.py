"""Fault campaigns: `make faults`, one of them with `make faults ONLY=name`.

Each `tests/faults/fault_*.py` declares measurements with `campaigns.measured`; they break the running product on
purpose and count what is lost. What can be a plain test is one: here stands what needs the whole product and time.
"""

from tools.figures import Figures

campaigns = Figures()
