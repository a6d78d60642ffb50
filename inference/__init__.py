"""How belief is computed: fit, diagnostics, realized counts, scores, ranks, decision."""

# Before anything else: where JAX is not installed, ArviZ looks through every module that is loaded
# by then, once for each import that waits for it; last in line that takes a second and a half.
import arviz_base  # noqa: F401
