"""Diagnostic checks of a target (``s3pypi doctor``)."""
