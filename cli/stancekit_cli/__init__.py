"""The `stancekit` command; imports the other packages, and none imports it."""
