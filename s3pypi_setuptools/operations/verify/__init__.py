"""Verify: compare the manifests and pages of a repository with the objects in its store."""
