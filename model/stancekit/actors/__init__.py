"""Who is mentioned: gazetteer, named entities and collective nouns, linked to one name."""
