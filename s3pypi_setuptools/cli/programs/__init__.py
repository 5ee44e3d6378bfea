"""The programs, a module each with a ``main`` that returns the exit status."""
