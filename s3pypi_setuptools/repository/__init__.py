"""A repository in a store: its record, manifests, derived pages and root, and the order in which they are written."""
