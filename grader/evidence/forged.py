"""What has not the form of evidence."""


class Forged(ValueError):
    """A line or a file without the form of evidence."""
