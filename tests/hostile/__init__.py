"""What portals send that no portal should: faults by path, and how each must end."""
