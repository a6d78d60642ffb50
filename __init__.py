"""Violence scores of drug-trafficking organizations, and the chance that each is the worst."""

__version__ = "0.1.0"
