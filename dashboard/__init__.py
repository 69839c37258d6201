"""How it looks together: pages that draw on several rooms. No models, no rules."""
