"""An article file to statements: their spans, kinds and resolved speakers."""
