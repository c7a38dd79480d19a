"""Run folders: a named graph or a user's tables are trained on, judged and kept; what the commands call."""
