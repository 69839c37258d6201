"""The estimator of deviation (偏离度): to come."""
