"""Files of every format to documents: one reader a format, found by name and content."""
