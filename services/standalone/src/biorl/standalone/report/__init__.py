"""What a run showed, on one page that needs no network: plots, tables, and the sentences that keep it honest."""
