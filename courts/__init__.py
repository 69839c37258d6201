"""Who: courts, divisions, people, postings, roles, and what each may see. Never what a case is about."""
