"""What is written to a file while something is done."""


class Growth:
    """What a file has more than it had when this was made."""

    def __init__(self, path):
        self.path, self.size = path, path.stat().st_size

    def __str__(self):
        with open(self.path, errors="replace") as file:
            file.seek(self.size)
            return file.read()
