"""Rebuild manifests, metadata files and pages from the stored files."""
