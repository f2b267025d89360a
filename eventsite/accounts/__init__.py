"""Staff: accounts, roles, sessions and devices, all in the office table."""
