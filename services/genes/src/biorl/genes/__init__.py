"""Gene symbols and synonyms, gene sets and ontology."""
