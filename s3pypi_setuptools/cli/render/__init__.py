"""Render reports: lines and JSON for programs, tables and progress bars for people."""
