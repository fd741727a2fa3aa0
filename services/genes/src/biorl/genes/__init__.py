"""Gene symbols and synonyms, gene sets, ontology, and how alike two genes are."""
