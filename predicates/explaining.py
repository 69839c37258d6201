"""Why a condition holds or not, and which single change would make it hold (差一条就命中)."""
