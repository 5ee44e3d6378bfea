"""The verbs: one a module, each a function and the frozen report of what it did."""
