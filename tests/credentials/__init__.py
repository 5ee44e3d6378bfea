"""Credentials that somebody has to type something for."""
