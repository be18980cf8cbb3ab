"""What happens on the wire: where requests may go, how fast, with what limits."""
