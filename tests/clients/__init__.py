"""Real installers, old and new, read what is published, wherever it is served from.

By default, the installers that differ most read each kind of page once. With the environment variable
``S3PYPI_TEST_CLIENTS=all`` every installer reads from every place.
"""
