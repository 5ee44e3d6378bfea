"""Reindex: rebuild manifests, metadata files and pages from the stored files."""
