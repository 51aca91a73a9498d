"""The page that shows every component with invented data, so that a change of the look is seen at once."""
