"""Open Bias Explorer in a browser; what a Hugging Face Space runs."""

import sys

from explorer.__main__ import main

if __name__ == "__main__":
    main(["serve", *sys.argv[1:]])
