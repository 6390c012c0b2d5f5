"""Open Bias Explorer in a browser; what a Hugging Face Space runs."""

from explorer.page.app import serve
from explorer.settings import load

if __name__ == "__main__":
    serve(load())
