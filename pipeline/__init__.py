"""In which order things are recomputed, and the demo court. Drains the outbox ``cases.Change``."""
