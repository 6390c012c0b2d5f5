"""Counts are kept as images come and go: they always equal a plain count of what is stored."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from explorer.models.requests import Asked, Image, ImageRequest
from explorer.perception.axes import Perception
from explorer.perception.instruments import ClassifierSpec, Instrument
from explorer.perception.subject import SUBJECT
from explorer.store.entries import encoded
from explorer.store.index import Store
from explorer.words.prompts import Prompt
from tests.fakes import fake_card
from tests.store.plain_counts import check_counts

ONE, OTHER = (fake_card(name, size_px=8).spec for name in ("fake-a", "fake-b"))
ALIAS = replace(ONE, name="the same model")
# Replicates 3 and 30 of the last prompt have one seed, and so one key and one file.
SAME_SEED = Prompt("author 1106255")
PROMPTS = (Prompt("author"), Prompt("author", "honest"), Prompt("honest author"), SAME_SEED)
TEXTS = tuple(dict.fromkeys(prompt.text for prompt in PROMPTS))
REPLICATES = (0, 1, 3, 30)
REQUESTS = tuple(
    ImageRequest(model, prompt, replicate)
    for model in (ONE, ALIAS, OTHER)
    for prompt in PROMPTS
    for replicate in REPLICATES
)
CLIP = Instrument(ClassifierSpec("captions", None, "clip"), "11111111")
GATE = Instrument(ClassifierSpec("subject"), "22222222")
GATED = replace(CLIP, gate=GATE)
ANSWERS = (("feminine", None), ("masculine", None), (None, "unsure"), (None, None))
# Two axes that one instrument answers are two questions.
QUESTIONS = (("gender", CLIP), ("tone", CLIP), (SUBJECT, GATE))

Place = tuple[str, str, int]
Answer = tuple[str | None, str | None]


def place(request: ImageRequest) -> Place:
    """Return the identity of a stored image: the model's identity, text and replicate."""
    return request.model.identity, request.prompt.text, request.replicate


def pixels(number: int) -> np.ndarray:
    return np.full((8, 8, 3), number, dtype=np.uint8)


def seen(request: ImageRequest, axis: str, instrument: Instrument, answer: Answer) -> Perception:
    return Perception(request.key, axis, instrument, *answer, (0.5, 0.5))


class Counted(RuleBasedStateMachine):
    """Saves, classifies and forgets at random, and remembers plainly what is there."""

    @initialize()
    def open(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.store = Store.open(self.root)
        self.keys: dict[Place, str] = {}
        self.filtered: dict[str, str | None] = {}
        self.pixels: dict[str, int] = {}
        self.answers: dict[tuple[Place, str], Answer] = {}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.root)

    @rule(
        asked=st.lists(st.sampled_from(REQUESTS), min_size=4, max_size=20),
        filtered=st.sampled_from((None, None, "safety filter", "black image")),
        number=st.integers(0, 255),
    )
    def save(self, asked: list[ImageRequest], filtered: str | None, number: int) -> None:
        self.store.save(Image(one, None if filtered else pixels(number), filtered) for one in asked)
        for request in asked:
            self._add(request, filtered, number)

    @rule(
        asked=st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=4),
        answer=st.sampled_from(ANSWERS),
    )
    def bring_along(self, asked: list[ImageRequest], answer: Answer) -> None:
        """Import images with their answers; those that are stored already keep theirs."""
        entries = [
            replace(encoded(Image(one, pixels(7))), perceptions=(seen(one, *QUESTIONS[0], answer),))
            for one in asked
        ]
        new = self.store.save_entries(entries)
        added = [one for one in asked if self._add(one, None, 7)]
        assert new == len(added)
        for request in added:
            if self.pixels.get(request.key) == 7:
                self._answer(request.key, "gender", answer)

    @precondition(lambda self: self._shown())
    @rule(
        places=st.lists(st.integers(0, 40), min_size=3, max_size=20),
        question=st.sampled_from(QUESTIONS),
        answer=st.sampled_from(ANSWERS),
    )
    def classify(self, places: list[int], question: tuple[str, Instrument], answer: Answer) -> None:
        """Answer for images that are stored; some of them have an answer already."""
        there = self._shown()
        shown = [there[place % len(there)] for place in places]
        self.store.save_perceptions(seen(one, *question, answer) for one in shown)
        for request in shown:
            self._answer(request.key, question[0], answer)

    @precondition(lambda self: self._shown())
    @rule(number=st.integers(0, 40), gone=st.booleans())
    def damage(self, number: int, gone: bool) -> None:  # noqa: FBT001
        """Break a file, so that whoever looks at it forgets the image."""
        there = self._shown()
        request = there[number % len(there)]
        path = self.store.image_path(request.key)
        if gone:
            path.unlink()
        else:
            path.write_bytes(b"RIFF")
        self.store.check(Asked(request.model, (request.prompt.text,), 1 + max(REPLICATES)))
        for one in [one for one, key in self.keys.items() if key == request.key]:
            del self.keys[one]
            self.answers = {who: said for who, said in self.answers.items() if who[0] != one}
        del self.filtered[request.key]
        del self.pixels[request.key]

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = Store.open(self.root)

    @invariant()
    def counts_are_what_is_there(self) -> None:
        if not hasattr(self, "store"):
            return
        check_counts(self.root)
        for model in (ONE, OTHER):
            for images in (1, 4, 1 + max(REPLICATES)):
                asked = Asked(model, TEXTS, images)
                self._check_images(asked)
                self._check_answers(asked)
                self._check_gated(asked)
        self._check_pairs()

    def _check_images(self, asked: Asked) -> None:
        stored = self._of(asked)
        assert self.store.replicates(asked) == {one[1:] for one in stored}
        plain = Counter((one[1], self.filtered[self.keys[one]]) for one in stored)
        assert counted((*what, number) for *what, number in self.store.image_counts(asked)) == plain

    def _check_answers(self, asked: Asked) -> None:
        stored = self._of(asked)
        for axis, instrument in QUESTIONS:
            plain = Counter(
                (one[1], *self.answers[one, axis], None, None)
                for one in stored
                if (one, axis) in self.answers
            )
            assert counted(self.store.answer_counts(asked, axis, instrument)) == plain
            scored = self.store.scored_answers(asked, axis, instrument)
            assert {scores for _, scores in scored} <= {(0.5, 0.5)}
            assert counted(count for count, _ in scored) == plain
            assert self.store.unclassified_of(asked, axis, instrument) == {
                one[1:]
                for one in stored
                if self.filtered[self.keys[one]] is None and (one, axis) not in self.answers
            }

    def _check_gated(self, asked: Asked) -> None:
        plain = Counter(
            (one[1], *self.answers[one, "gender"], *self.answers[one, SUBJECT])
            for one in self._of(asked)
            if {(one, "gender"), (one, SUBJECT)} <= self.answers.keys()
        )
        assert counted(self.store.answer_counts(asked, "gender", GATED)) == plain
        scored = self.store.scored_answers(asked, "gender", GATED)
        assert counted(count for count, _ in scored) == plain

    def _check_pairs(self) -> None:
        for images in (1, 4):
            sides = Asked(ONE, TEXTS, images), Asked(OTHER, TEXTS, images)
            plain: Counter[tuple[object, ...]] = Counter()
            for one in self._of(sides[0]):
                other = (OTHER.identity, *one[1:])
                if (one, "gender") in self.answers and (other, "gender") in self.answers:
                    left, right = self.answers[one, "gender"], self.answers[other, "gender"]
                    plain[one[1], (left[0], None, None), (right[0], None, None)] += 1
            assert counted(self.store.pair_counts(sides, "gender", (CLIP, CLIP))) == plain

    def _shown(self) -> list[ImageRequest]:
        """Return a request for each stored image that is not filtered."""
        return [
            one for one in REQUESTS if place(one) in self.keys and self.filtered[one.key] is None
        ]

    def _of(self, asked: Asked) -> list[Place]:
        identity = asked.model.identity
        return [one for one in self.keys if one[0] == identity and one[2] < asked.images]

    def _add(self, request: ImageRequest, filtered: str | None, number: int) -> bool:
        if place(request) in self.keys:
            return False
        self.keys[place(request)] = request.key
        # Of two replicates with one key, the first decides what there is to see.
        self.filtered.setdefault(request.key, filtered)
        self.pixels.setdefault(request.key, -1 if filtered else number)
        return True

    def _answer(self, key: str, axis: str, answer: Answer) -> None:
        for one, own in self.keys.items():
            if own == key:
                self.answers[one, axis] = answer


def counted(rows: Iterable[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    """Return the sums of the rows' last column by their other columns."""
    found: Counter[tuple[object, ...]] = Counter()
    for *what, number in rows:
        assert isinstance(number, int)
        assert number > 0
        found[tuple(what)] += number
    return found


TestCounts = Counted.TestCase
TestCounts.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
