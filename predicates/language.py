"""Conditions over the facts of a case (条件): reading, writing and answering for one case."""
