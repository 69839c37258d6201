"""WHO CAN CARRY HOW MUCH (以案定员): what a case weighs, how many judges a court's cases ask for, who may be given one more.

``weights`` ◆, ``hours`` ◆, ``need`` ◆, ``allocation`` ◆ and ``drawing`` ◆ calculate; the same inputs give the same bytes
on every machine. Nothing here ranks a person or a court, and no lot is drawn whose seed was not committed before.
"""
