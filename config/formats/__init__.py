"""How dates are written where nothing else is said: as the pages write them, not as the language's own habit is."""
