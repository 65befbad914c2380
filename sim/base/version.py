"""Which version of the program this is: what it says, and what the files that it saves carry."""

VERSION = "0.3.0"
