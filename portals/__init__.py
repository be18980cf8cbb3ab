"""What the project knows and keeps; nothing in here imports spiders or pipelines."""
