"""Object stores: the interface and its contract (`base`), and the stores that implement it."""
