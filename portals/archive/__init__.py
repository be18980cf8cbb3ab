"""Archives of what portals served: written, read to the last whole record, checked and pruned."""
