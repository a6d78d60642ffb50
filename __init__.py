"""dtoscore: which organization is the most violent, and how sure can one be?"""

__version__ = "0.1.0"
