"""The operators of the rule language (运算符), each defined once and read in every way."""
