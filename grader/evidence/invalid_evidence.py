"""What has not the form of evidence."""


class InvalidEvidence(ValueError):
    """A line or a file without the form of evidence."""
