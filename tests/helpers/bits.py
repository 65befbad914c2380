"""Whether outcomes are the same."""

from dataclasses import fields

from sim.study.work.ensemble import Outcomes


def same_bits(one: Outcomes, other: Outcomes) -> bool:
    """Whether every column has the same bits, of numbers of the same kind."""
    columns = ((getattr(one, field.name), getattr(other, field.name)) for field in fields(Outcomes))
    return all(first.dtype == second.dtype and first.tobytes() == second.tobytes() for first, second in columns)
