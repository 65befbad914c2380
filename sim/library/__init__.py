"""What a Python program or a notebook asks of the package: each name of `three_marbles` is made in a module here."""
