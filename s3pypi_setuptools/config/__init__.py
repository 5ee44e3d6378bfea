"""Settings: the table of all options, the places where they may be written, and the merged `settings.Settings`."""
