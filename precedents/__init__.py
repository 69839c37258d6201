"""WHICH CASES ARE ALIKE (类案): retrieval over facts and texts, search reports, judgments that disagree.

It says why each hit is one. It never says how a case should be decided.
"""
