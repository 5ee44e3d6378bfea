"""Where settings come from, and what they say: layers in, one typed `settings.Settings` out."""
