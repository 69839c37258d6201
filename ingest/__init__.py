"""How facts arrive: files and feeds, previewed, checked, committed. Never overwrites what people entered here."""
