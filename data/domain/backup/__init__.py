"""Everything in one file, and back: files and documents are rows, so the database is all there is."""
