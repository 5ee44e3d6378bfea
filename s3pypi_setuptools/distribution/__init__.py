"""Built distributions: read their metadata, check it against the filename, hash and compare files.

::

    Distribution.read(Path("dist/demo-1.0-py3-none-any.whl"))     # reads the metadata, then hashes the file
    Description.read(path)                                        # the metadata alone: quick, whatever the file's size
"""

from .built import Description, Distribution

__all__ = ["Description", "Distribution"]
