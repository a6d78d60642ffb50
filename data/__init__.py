"""What comes in: round folders, their tables, and the evidence they hold."""
