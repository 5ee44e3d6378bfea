"""The setuptools commands ``s3pypi`` and ``s3upload``.

setuptools imports this package in every build on a machine where it is installed: nothing here imports more than
setuptools itself before a command's options are asked for.
"""

from __future__ import annotations

from .publish import PyPICommand
from .s3upload import UploadCommand

__all__ = ["PyPICommand", "UploadCommand"]
