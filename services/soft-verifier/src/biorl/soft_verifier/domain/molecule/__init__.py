"""Properties of molecules: structures, forests, predictive intervals, applicability."""
