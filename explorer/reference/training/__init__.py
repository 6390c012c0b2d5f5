"""Train the bundled generators and the small CLIP, from emoji art to weights.

`python -m explorer.reference.training --help` lists the stages in order. They need the packages in
requirements-dev.txt, and npm to download the art. The app itself never imports this package.
"""
