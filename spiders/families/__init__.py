"""Content management systems, each described once."""
