"""Is it right? Studies of simulated and of real rounds, each with its page in docs/evidence."""
