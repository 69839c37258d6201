"""WHAT NEEDS A SECOND PAIR OF EYES (四类案件监督管理): facts of a case, rules over them, flags, measures, letters, the log.

Where to look: ``facts*`` the flat view of a case; ``rules*``, ``workshop*``, ``replay*`` how rules are edited, tried out
and approved; ``screening`` which cases a rule hits; ``lifecycle`` ◆ and ``flags*`` what becomes of a flag; ``powers`` ◆ and
``measures*`` what a supervisor may do; ``log*`` the record; ``letters*`` the four letters; ``risks*`` the risk matrix.
"""
