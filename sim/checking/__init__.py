"""Unit tests of update rules, as a teacher hands them out: by hand, from pytest, or by the command `check`.

>>> from three_marbles.checking import check_rule
>>> from three_marbles.descent.rules.plain.momentum import Momentum
>>> check_rule(Momentum(0.1), like="momentum").ok
True
"""

from .report import Finding, Report, assert_rule, check_rule

__all__ = ["Finding", "Report", "assert_rule", "check_rule"]
