"""What a rationale says of genes, held against what annotation knows of them."""
