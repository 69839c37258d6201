"""Is the web process of this container alive? Any answer below 500 says so, a redirect to https included."""

import http.client
import os
import sys

line = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
line.request("GET", "/", headers={"Host": os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]})
sys.exit(line.getresponse().status >= 500)
