"""The fair comparison: for each lane the best of its numbers, looked for on some seeds and told of others.

And, on a surface of which nothing is known, numbers with which a race may begin.
"""
