"""Bias Explorer: what a text-to-image model thinks people look like, and how sure we can be.

Words become prompts, prompts become images, images become perceptions, perceptions become
findings; the page and the command line only show them. The folders stand in that order.
"""

__version__ = "0.1.0"
