"""Expression change of a perturbation, and from it the probability that a readout changes or rises."""
