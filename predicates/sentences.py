"""A condition as a Chinese sentence (规则语句)."""
