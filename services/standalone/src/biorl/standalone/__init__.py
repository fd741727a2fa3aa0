"""All services on one machine, the simulated organism, and the biorl command."""
