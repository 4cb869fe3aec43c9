"""What the way of an image raises."""


class ImageRefused(ValueError):
    """An image cannot be logged as asked: one line with what was wrong and what is possible."""
