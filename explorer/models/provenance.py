"""The provenance of images: the device and the libraries that generated them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """The device and the libraries that generated images.

    `libraries` is "torch 2.13.0, diffusers 0.42.1, ...". Either is None if unknown, as for imported
    images.
    """

    device: str | None = None
    libraries: str | None = None
