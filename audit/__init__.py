"""What was done (全程留痕). Everyone writes to it through ``trail.record``; it knows nobody and forgets nothing."""
