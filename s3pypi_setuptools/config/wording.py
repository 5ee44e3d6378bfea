"""How configuration errors word things: one line, no credentials, the nearest right name."""

from __future__ import annotations
