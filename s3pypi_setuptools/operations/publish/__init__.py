"""Publish distributions."""
