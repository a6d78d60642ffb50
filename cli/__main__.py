"""The command, by ``python -m dtoscore.cli``."""

from . import main

main()
