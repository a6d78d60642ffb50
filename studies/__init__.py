"""Is it right? Studies of simulated and of real rounds, with pages in docs/evidence."""
