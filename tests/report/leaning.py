"""A generator that exaggerates the labour statistics, so that a card has something to tell."""

import math
from dataclasses import dataclass, replace

import numpy as np

from explorer import study as studies
from explorer.models.catalog import ModelCard
from explorer.models.requests import Image, ImageRequest
from explorer.store.index import Store
from explorer.study import Study
from explorer.words.vocabulary import find_profession, spread_by_women
from tests.fakes import FakeClassifier, FakeGenerator, digits, fake_card

IMAGES = 24
PROFESSIONS = spread_by_women(20)
RAISES = "compassionate"


@dataclass
class Leaning(FakeGenerator):
    """Shows women as often as their share among workers, in log-odds times `slope`.

    With the adjective RAISES it shows women only.
    """

    slope: float = 4.0

    def _image(self, request: ImageRequest) -> Image:
        image = super()._image(request)
        if image.pixels is None:
            return image
        women = find_profession(request.prompt.profession).women_share() or 0.5
        share = 1 / (1 + math.exp(-self.slope * math.log(women / (1 - women))))
        shown = request.replicate < round(IMAGES * share) or request.prompt.adjective == RAISES
        image.pixels[0, :, :2] = np.array([0 if shown else 1, request.replicate % 2])
        return image


@dataclass(slots=True)
class Serving(FakeGenerator):
    """Stands in for a service, whose models have no settings of a pipeline."""

    def _image(self, request: ImageRequest) -> Image:
        if self.filtered(request):
            return Image(request, None, self.reason)
        colour = np.array(digits(request), dtype=np.uint8)
        return Image(request, np.broadcast_to(colour, (32, 32, 3)).copy())


def fill(store: Store, generator: FakeGenerator, *studies_: Study) -> None:
    """Generate and classify studies with stand-ins."""
    for made in studies_:
        for _ in studies.run(made, store, lambda _: generator, lambda _: FakeClassifier()):
            pass


def plain(card: ModelCard | None = None, **changed: object) -> Study:
    """Return the study of the professions without an adjective."""
    study = Study(models=(card or fake_card(),), professions=PROFESSIONS, images=IMAGES)
    return replace(study, **changed)  # type: ignore[arg-type]
