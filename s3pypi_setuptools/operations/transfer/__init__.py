"""Bring files from one repository to another: import, mirror, promote."""
