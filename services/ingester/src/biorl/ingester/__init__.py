"""Papers and screens in; documents, retractions and effects out."""
