"""Who must be told. Pulls from the rooms below; nothing below knows it exists."""
