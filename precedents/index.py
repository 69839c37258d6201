"""The index of similar cases (类案): to come."""
