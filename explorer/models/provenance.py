"""With what images were generated, told by whoever generated them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """The machine and the libraries that generated images.

    `libraries` is "torch 2.13.0, diffusers 0.42.1, ..."; either is None where it is not known, of
    imported images for instance.
    """

    device: str | None = None
    libraries: str | None = None
