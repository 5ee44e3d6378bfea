"""Real installers, old and new, read what is published, wherever it is served from.

The installers that differ most read each kind of page once; every installer from every place is ``slow``.
"""
