"""The `grade` command: parses, calls, chooses a report, sets the exit code. Nothing heavy is imported on its path."""
