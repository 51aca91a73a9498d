"""What a survey found out, over the customers in view: every figure is computed from the answers in view."""

from surveys.queries.results.afterwards import Later, later
from surveys.queries.results.asked import Asked
from surveys.queries.results.figures import Figures, Point, counted, figures, trend
from surveys.queries.results.groups import Group, groups

__all__ = ["Asked", "Figures", "Group", "Later", "Point", "counted", "figures", "groups", "later", "trend"]
