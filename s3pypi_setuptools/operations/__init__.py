"""The operations, one a module: each is a function, and the report of what it did, a frozen dataclass."""
