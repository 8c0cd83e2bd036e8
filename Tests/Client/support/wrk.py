"""wrk, which sends as many requests as it can, made by a Lua script."""

import os
import re
import subprocess


def wrk(script, url, connections, seconds, **environment):
    """What the script prints after RESULT."""
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", script, url], env={**os.environ, **environment},
        check=True, capture_output=True, text=True).stdout
    return re.search(r"RESULT (.*)", output)[1]
