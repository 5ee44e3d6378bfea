"""How reports are shown: lines for programs, tables and bars for people."""
