"""Processes killed before and after every request they make, and what is then in the repository.

Each case is a fresh copy of a repository, a command that is killed at one point (SIGKILL: nothing tidies up), a look at
everything installers read, the same command again, and another look. A run without more covers every request of a few
commands on MiniStack and every change of a folder; with the environment variable ``S3PYPI_TEST_CRASHES=all`` it covers
all commands on every server, and the subsets of what is in flight at once. The last lines of a run tell how many cases
there were.
"""
