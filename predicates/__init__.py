"""The rule language (规则语言): conditions over the facts of a case, written once and read in every way we need.

A condition is a tree: ``all`` (且), ``any`` (或) and ``none`` (均不) over leaves, a leaf being a fact, an operator and a
value or the name of a parameter. ``language`` reads and writes it and answers for one case; ``explaining`` says why, and
which single change would make it hold; ``queries`` asks it of a whole table in one SQL statement; ``sentences`` says it
in Chinese; ``tables`` lays it out as a decision table; ``catalogue`` reads a file of rules, ``screening`` applies it to
records. What an operator means stands in one table, ``operators``, and nowhere else.

A fact that is not known makes every leaf false in every reading, whatever the operator; ``none`` holds when no part does.

This room knows neither Django nor a database nor the law: which facts there are and which rules hold is told to it.
"""
