"""How the bundled generators and the small CLIP are made, from emoji art to weights.

`python -m explorer.reference.training --help` runs the stages in order. Needs the packages of
requirements-dev.txt and npm, which fetches the art; the app itself never imports this package.
"""
