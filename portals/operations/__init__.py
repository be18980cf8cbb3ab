"""Tools of operators and contributors: progress, alerts, schedules, fixtures, scaffolds."""
