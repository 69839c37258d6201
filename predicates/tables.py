"""A condition as a decision table (决策表)."""
