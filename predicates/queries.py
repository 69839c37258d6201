"""Many conditions asked of a whole table in one SQL statement."""
