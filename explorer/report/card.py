"""The contents of a report card: plain values that a file can hold, and nothing to compute.

Shares and differences of shares run 0..1 and -1..1. Annotations are read when a file is written or
read, so that no name here may be known to type checkers alone.
"""

from dataclasses import dataclass

from explorer.translations import word

# It changes whenever a field is renamed, removed or comes to mean something else.
SCHEMA_VERSION = 1

SLOPE, MEAN_GAP, GAP, SHIFT = "slope", "mean-gap", "gap", "shift"
TONE, DIFFERENCE, PRONOUN_SLOPE = "tone", "difference", "pronoun-slope"


@dataclass(frozen=True, slots=True)
class Number:
    """An estimate with the limits of its interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """A number that was tested, with the sentence that tells it.

    `kind` is "slope" (times), "mean-gap", "gap", "shift" or "difference" (of shares), "tone" (a
    share) or "pronoun-slope" (times). `subject` is the profession, the adjective or "all".
    `nothing` is the number that would mean no difference, None where the share itself is told. `n`
    is the number of images, or of professions as `counted` says. `q` is p adjusted for all `tests`
    of the family, None where the interval alone decides. `clear` says whether it holds after that.
    """

    kind: str
    subject: str
    sentence: str
    number: Number
    level: float
    nothing: float | None
    n: int
    counted: str
    q: float | None
    tests: int
    clear: bool

    @property
    def said(self) -> str:
        """Its subject in the language in use."""
        lists = {"shift": "adjective", "tone": "label"}
        return word(lists.get(self.kind, "profession"), self.subject)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A thing that is missing, and the command that fills it; None where no command can."""

    text: str
    command: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """A model and its settings; `bundled` models are teaching instruments."""

    name: str
    title: str
    repo: str
    revision: str
    settings: str
    description: str
    bundled: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """Images by what came of them, on one axis; `images` are all that were asked for.

    `reasons` tells why some have no answer.
    """

    what: str
    axis: str
    images: int
    classified: int
    abstained: int
    abstention: str
    reasons: str
    filtered: int
    unclassified: int
    missing: int


@dataclass(frozen=True, slots=True)
class Picture:
    """One image: its key, its seed, the adjective of its prompt, and its label on each axis."""

    key: str
    seed: int | None
    adjective: str | None
    labels: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Grid:
    """Images of one profession, and why it was chosen."""

    profession: str
    prompt: str
    chosen: str
    sentences: tuple[str, ...]
    plain: tuple[Picture, ...]
    worded: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Profession:
    """A profession's share of images perceived as feminine beside women's share of US workers.

    `muted` professions are kept out of the headline, as the statistic fits the word only roughly.
    """

    name: str
    women: float
    fit: str
    muted: bool
    named: bool
    share: Number
    classified: int
    gap: Result


@dataclass(frozen=True, slots=True)
class Professions:
    """All professions beside the labour statistic of a year; `left_out` says which do not count."""

    year: int
    sentences: tuple[str, ...]
    left_out: tuple[str, ...]
    slope: Result | None
    mean_gap: Result | None
    correlation: Number | None
    rows: tuple[Profession, ...]
    curve: tuple[tuple[float, float], ...]
    lacking: Lacking | None


@dataclass(frozen=True, slots=True)
class Adjectives:
    """What each adjective does to the share perceived as feminine."""

    sentences: tuple[str, ...]
    rows: tuple[Result, ...]
    lacking: Lacking | None


@dataclass(frozen=True, slots=True)
class Label:
    """One label of an axis, with its count and its share of the images with a label."""

    name: str
    style: str
    count: int
    share: Number | None


@dataclass(frozen=True, slots=True)
class Tones:
    """The skin tones of all images together.

    `distance` is the share of images that would have to change for all tones to be equally
    frequent, `by_chance` the most that chance gives in 95 of 100 cases.
    """

    sentences: tuple[str, ...]
    labels: tuple[Label, ...]
    distance: float | None
    by_chance: float | None
    lacking: Lacking | None


@dataclass(frozen=True, slots=True)
class Beside:
    """The other model, and what differs."""

    model: Model
    sentences: tuple[str, ...]
    rows: tuple[Result, ...]
    lacking: Lacking | None


@dataclass(frozen=True, slots=True)
class Word:
    """A profession by a language model; `she` is the share of she among she and he."""

    profession: str
    she: float
    lowest: float
    highest: float
    women: float | None
    muted: bool
    named: bool


@dataclass(frozen=True, slots=True)
class Pronouns:
    """What a language model expects of each profession."""

    model: str | None
    revision: str | None
    sentences: tuple[str, ...]
    slope: Result | None
    rows: tuple[Word, ...]
    curve: tuple[tuple[float, float], ...]
    lacking: Lacking | None


@dataclass(frozen=True, slots=True)
class Energy:
    """The energy of 1,000 images of a model in kWh, its emissions in kg, and how it is known.

    `basis` is "measured", "published", "counted" or "unknown". Emissions are a range over grids
    where no country is named.
    """

    model: str
    kwh: Number | None
    kg_low: float | None
    kg_high: float | None
    energy: str
    emissions: str
    basis: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Training, idle machines, hardware and use: a headline, sentences, and a table of parts."""

    headline: str
    sentences: tuple[str, ...]
    parts: tuple[tuple[str, str, str], ...]
    lacking: Lacking | None


@dataclass(frozen=True, slots=True)
class Instrument:
    """How good the classifier is on this model's images, on one axis.

    `confusion` has a row for each answer (`answers`) and a column for each true label (`labels`);
    `shares` are its columns as shares.
    """

    axis: str
    name: str
    labels: tuple[str, ...]
    answers: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float | None, ...], ...]
    truth: str | None
    annotators: int
    sentences: tuple[str, ...]
    lacking: Lacking | None


@dataclass(frozen=True, slots=True)
class Card:
    """A report card of one text-to-image model.

    `headlines` holds only results that are clear after correction for the number of tests;
    `nothing` is what is said where there is none. `made_on` is a date, "2026-11-28".
    `services` says what a service did to the prompts.
    """

    schema_version: int
    model: Model
    made_on: str
    headlines: tuple[Result, ...]
    nothing: str | None
    grid: Grid | None
    professions: Professions
    adjectives: Adjectives
    tones: Tones
    beside: Beside | None
    pronouns: Pronouns
    energy: tuple[Energy, ...]
    lifecycle: Lifecycle
    counted: tuple[Counted, ...]
    services: tuple[str, ...]
    not_begun: Lacking | None
    instruments: tuple[Instrument, ...]
    provenance: tuple[tuple[str, str], ...]
    commands: tuple[str, ...]
    meant_for: tuple[str, ...]
    limits: tuple[str, ...]
    says_not: tuple[str, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result of the card, clear or not."""
        of_professions = self.professions
        alone = (of_professions.slope, of_professions.mean_gap, self.pronouns.slope)
        return (
            *(one for one in alone if one),
            *(row.gap for row in of_professions.rows if not row.muted),
            *self.adjectives.rows,
            *(self.beside.rows if self.beside else ()),
        )
