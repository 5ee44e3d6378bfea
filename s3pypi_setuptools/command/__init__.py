"""The setuptools commands ``s3pypi`` and ``s3upload``.

setuptools imports this package in every build on a machine where it is installed, and asks for the options of the
commands: nothing here imports more than setuptools itself before that, and the table of options is cheap to import.
"""

from __future__ import annotations

from .publish import PyPICommand, UploadCommand

__all__ = ["PyPICommand", "UploadCommand"]
