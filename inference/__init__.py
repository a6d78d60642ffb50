"""How belief is computed: fit, diagnostics, realized counts, scores, ranks, decision."""
