"""Vietnamese: text, dates, bylines, encodings. Pure functions."""
