"""Asks this machine's portal whether it can serve; for the health check of a container, hence the standard library alone."""

import http.client
import os
import sys


def main() -> int:
    web = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=8)
    try:
        web.request("GET", "/sante/")
        answer = web.getresponse()
        print(answer.read().decode())
    except (OSError, http.client.HTTPException) as error:
        print(f"Le portail ne répond pas : {error}")
        return 1
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
