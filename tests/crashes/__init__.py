"""Processes killed before and after every request they make, and what is then in the repository.

Each case is a fresh copy of a repository, a command that is killed at one point (SIGKILL: nothing tidies up), a look at
everything installers read, the same command again, and another look. The tests that are not ``slow`` cover every change
of a folder by one command, and a few requests; the slow ones cover every request of a few commands on MiniStack. With
the environment variable ``S3PYPI_TEST_CRASHES=all`` they cover all commands on every server, and the subsets of what is
in flight at once.
"""
