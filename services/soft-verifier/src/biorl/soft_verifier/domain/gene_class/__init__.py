"""Classes of genes, from what annotation says that genes have in common."""
