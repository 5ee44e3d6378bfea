"""``python -m s3pypi_setuptools`` is ``s3pypi``."""

import sys

from .cli import main

sys.exit(main())
