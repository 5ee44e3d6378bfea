"""Input of any kind, made at random: understood, or refused in one line, and never more than that.

``S3PYPI_TEST_FUZZ_EXAMPLES`` is how many examples all areas try together; without it, as many as fit in a few seconds.
A run that looks for defects takes hundreds of thousands:

    S3PYPI_TEST_FUZZ_EXAMPLES=200000 python -m pytest -n 2 tests/fuzz --hypothesis-show-statistics

What is found belongs in ``tests/corpus``, as an example by name.
"""
