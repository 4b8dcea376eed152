"""What this package refuses, and why."""


class EnvironmentFault(Exception):
    """Something outside the product is missing: one sentence, and the next thing to type."""


class UserMistake(ValueError):
    """An argument of a script holds a value that cannot be used."""


class CommandFailed(EnvironmentFault):
    """A program that was called for a step ended with an error."""
