"""What is said of a text that is no formula."""


class FormulaError(ValueError):
    """A formula that cannot be used. The message is what is to be said of it, as in "is empty" or "at column 3: …"."""

    def __init__(self, problem: str, column: int | None = None) -> None:
        super().__init__(problem if column is None else f"at column {column}: {problem}")
        self.column = column
        """Where in the text, counted from 1; None if it is about all of it."""
