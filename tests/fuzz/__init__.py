"""Input of any kind, made at random: understood, or refused in one line, and never more than that.

All areas together try 450 examples, which take a few seconds, or ``S3PYPI_TEST_EXAMPLES`` times as many. A run that
looks for defects takes hundreds of thousands:

    S3PYPI_TEST_EXAMPLES=500 python -m pytest -n 2 tests/fuzz --hypothesis-show-statistics

What is found belongs in ``tests/corpus``, as an example by name.
"""
