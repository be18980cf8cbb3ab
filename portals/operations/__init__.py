"""What an operator runs a crawl with: progress, alerts, schedules."""
