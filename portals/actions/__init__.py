"""What the commands do, loaded when they run."""
