"""What we believe: rates, detection, attribution and size, joined into one PyMC model."""
