"""Compare what is listed with what is stored."""
