"""Commands of the registration door."""
