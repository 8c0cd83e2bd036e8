"""What is appended to a file meanwhile."""


class Growth:
    """What was appended to a file since this was created."""

    def __init__(self, path):
        self.path, self.size = path, path.stat().st_size

    def __str__(self):
        with open(self.path, errors="replace") as file:
            file.seek(self.size)
            return file.read()
