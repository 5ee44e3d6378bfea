"""Lock tables, for stores that ignore conditional writes."""
