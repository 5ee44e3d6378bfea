"""``python -m s3pypi_setuptools.cli`` is ``s3pypi``."""

import sys

from . import main

sys.exit(main())
