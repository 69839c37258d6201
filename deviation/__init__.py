"""HOW FAR FROM SIMILAR CASES (办案偏离度): an outcome beside what its peers lead one to expect, told to its judge first.

``scoring`` ◆ and the modules it names estimate, ``guideline`` ◆ does the arithmetic of 量刑指导意见, ``frames`` is the one
door from cases to numbers. Nothing here scores a judge, proposes a sentence, or tells anyone before the judge was told.
"""
