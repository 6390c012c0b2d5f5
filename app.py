"""Open Bias Explorer in a browser; what a Hugging Face Space runs."""

import sys

from explorer.__main__ import run

if __name__ == "__main__":
    sys.exit(run(["serve", *sys.argv[1:]]))
