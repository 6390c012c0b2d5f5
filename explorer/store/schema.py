"""The tables of the index, and the migrations from older versions.

Triggers count images as they are stored and classified, so that a tally of a million images reads
only some thousand rows. Counts belong to a prompt, which is a text of one model, so images shared
by two cells of a study count in both.
"""

import json
from typing import TYPE_CHECKING

from explorer.models.requests import canonical
from explorer.words.prompts import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    Step = str | Callable[[Connection], None]

RENAMES = (
    "ALTER TABLE models RENAME TO old_models",
    "ALTER TABLE pictures RENAME TO old_images",
    "ALTER TABLE perceptions RENAME TO old_perceptions",
    "ALTER TABLE provenance RENAME TO old_provenance",
    "ALTER TABLE samples RENAME TO old_samples",
    "ALTER TABLE labels RENAME TO annotations",
    "ALTER TABLE annotations RENAME COLUMN picture TO image",
    "ALTER TABLE annotations RENAME COLUMN rater TO annotator",
)

TABLES = (
    # A model is identified by everything that changes pixels: its names share the images.
    "CREATE TABLE models (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE) STRICT",
    """CREATE TABLE prompts (
        id INTEGER PRIMARY KEY,
        model INTEGER NOT NULL REFERENCES models,
        text TEXT NOT NULL,
        profession TEXT NOT NULL,
        adjective TEXT,
        template TEXT NOT NULL,
        UNIQUE (model, text)
    ) STRICT""",
    # Two replicates can have the same seed, and therefore the same key and file.
    """CREATE TABLE images (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        prompt INTEGER NOT NULL REFERENCES prompts,
        replicate INTEGER NOT NULL,
        filtered TEXT,
        digest TEXT,
        bytes INTEGER,
        UNIQUE (prompt, replicate),
        CHECK ((filtered IS NULL) = (digest IS NOT NULL)),
        CHECK ((filtered IS NULL) = (bytes IS NOT NULL))
    ) STRICT""",
    "CREATE INDEX images_by_key ON images (key)",
    """CREATE TABLE instruments (
        id INTEGER PRIMARY KEY,
        axis TEXT NOT NULL,
        name TEXT NOT NULL,
        UNIQUE (axis, name)
    ) STRICT""",
    """CREATE TABLE perceptions (
        image INTEGER NOT NULL REFERENCES images,
        instrument INTEGER NOT NULL REFERENCES instruments,
        label TEXT,
        reason TEXT,
        scores TEXT NOT NULL,
        PRIMARY KEY (image, instrument)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE provenance (
        model INTEGER NOT NULL REFERENCES models,
        made TEXT NOT NULL,
        PRIMARY KEY (model, made)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE samples (
        model INTEGER NOT NULL REFERENCES models,
        axis TEXT NOT NULL,
        instrument TEXT NOT NULL,
        place INTEGER NOT NULL,
        image TEXT NOT NULL,
        answer TEXT,
        among INTEGER NOT NULL,
        PRIMARY KEY (model, axis, instrument, place)
    ) STRICT, WITHOUT ROWID""",
    # In the counts, "" means None, which cannot be part of a key.
    """CREATE TABLE image_counts (
        prompt INTEGER NOT NULL REFERENCES prompts,
        filtered TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (prompt, filtered)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE answer_counts (
        instrument INTEGER NOT NULL REFERENCES instruments,
        prompt INTEGER NOT NULL REFERENCES prompts,
        label TEXT NOT NULL,
        reason TEXT NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (instrument, prompt, label, reason)
    ) STRICT, WITHOUT ROWID""",
)


def _count_image(row: str, change: int) -> str:
    return f"""
        INSERT INTO image_counts VALUES ({row}.prompt, coalesce({row}.filtered, ''), {change})
        ON CONFLICT DO UPDATE SET number = number + {change};"""


def _count_answer(row: str, change: int) -> str:
    return f"""
        INSERT INTO answer_counts SELECT {row}.instrument, prompt, coalesce({row}.label, ''),
            coalesce({row}.reason, ''), {change} FROM images WHERE id = {row}.image
        ON CONFLICT DO UPDATE SET number = number + {change};"""


TRIGGERS = (
    f"CREATE TRIGGER image_added AFTER INSERT ON images BEGIN {_count_image('NEW', 1)} END",
    # Perceptions are deleted first, while their image still links them to a prompt.
    f"""CREATE TRIGGER image_dropped BEFORE DELETE ON images BEGIN
        DELETE FROM perceptions WHERE image = OLD.id; {_count_image("OLD", -1)} END""",
    f"CREATE TRIGGER answer_added AFTER INSERT ON perceptions BEGIN {_count_answer('NEW', 1)} END",
    f"""CREATE TRIGGER answer_dropped AFTER DELETE ON perceptions
        BEGIN {_count_answer("OLD", -1)} END""",
    f"""CREATE TRIGGER answer_changed AFTER UPDATE ON perceptions
        BEGIN {_count_answer("OLD", -1)} {_count_answer("NEW", 1)} END""",
)

CLEAN_UP = (
    "DROP TABLE old_samples",
    "DROP TABLE old_provenance",
    "DROP TABLE old_perceptions",
    "DROP TABLE old_images",
    "DROP TABLE old_models",
)


def copy_all(connection: "Connection") -> None:
    """Copy the tables of version 2 into those of version 3, with their counts."""
    _copy_models(connection)
    _copy_prompts(connection)
    for statement in _COPIES:
        connection.execute(statement)


_COPIES = (
    """INSERT INTO images
        SELECT id, key, new_prompt, replicate, withheld, digest, bytes
        FROM old_images AS old JOIN new_prompts AS new ON new.model = old.model
        AND new.profession = old.profession AND new.adjective IS old.adjective
        AND new.template = old.template""",
    "INSERT INTO instruments (axis, name) SELECT DISTINCT axis, instrument FROM old_perceptions",
    """INSERT INTO perceptions SELECT picture, instruments.id, label, reason, scores
        FROM old_perceptions
        JOIN instruments ON instruments.axis = old_perceptions.axis AND name = instrument""",
    """INSERT OR IGNORE INTO provenance
        SELECT new_model,
            json_object('device', made ->> 'device', 'libraries', made ->> 'libraries')
        FROM old_provenance JOIN new_models ON old_model = model""",
    # If two names of one model each have a sample, one of them is kept unmixed.
    """INSERT INTO samples SELECT new_model, axis, instrument, place, picture, answer, among
        FROM old_samples AS own JOIN new_models AS known ON old_model = model
        WHERE model = (
            SELECT max(model) FROM old_samples AS any JOIN new_models ON old_model = model
            WHERE new_model = known.new_model AND any.axis = own.axis
            AND any.instrument = own.instrument
        )""",
    """INSERT INTO image_counts
        SELECT prompt, coalesce(filtered, ''), count(*) FROM images GROUP BY 1, 2""",
    """INSERT INTO answer_counts
        SELECT instrument, prompt, coalesce(label, ''), coalesce(reason, ''), count(*)
        FROM images JOIN perceptions ON image = images.id GROUP BY 1, 2, 3, 4""",
    "DROP TABLE new_prompts",
    "DROP TABLE new_models",
)


def _copy_models(connection: "Connection") -> None:
    connection.execute("CREATE TEMP TABLE new_models (old_model INTEGER, new_model INTEGER)")
    for old, text in connection.execute("SELECT id, spec FROM old_models").fetchall():
        spec = json.loads(text)
        del spec["name"]
        identity = (canonical(spec),)
        connection.execute("INSERT OR IGNORE INTO models (identity) VALUES (?)", identity)
        (new,) = connection.execute("SELECT id FROM models WHERE identity = ?", identity).fetchone()
        connection.execute("INSERT INTO new_models VALUES (?, ?)", (old, new))


def _copy_prompts(connection: "Connection") -> None:
    connection.execute(
        "CREATE TEMP TABLE new_prompts (model, profession, adjective, template, new_prompt)"
    )
    asked = connection.execute(
        "SELECT DISTINCT model, new_model, profession, adjective, template "
        "FROM old_images JOIN new_models ON old_model = model"
    )
    for old, model, *words in asked.fetchall():
        profession, adjective, template = words
        text = Prompt(profession, adjective, template).text
        connection.execute(
            "INSERT OR IGNORE INTO prompts (model, text, profession, adjective, template) "
            "VALUES (?, ?, ?, ?, ?)",
            (model, text, *words),
        )
        (prompt,) = connection.execute(
            "SELECT id FROM prompts WHERE model = ? AND text = ?", (model, text)
        ).fetchone()
        connection.execute("INSERT INTO new_prompts VALUES (?, ?, ?, ?, ?)", (old, *words, prompt))


# One entry for each version of the index, in order; an entry never changes once it is released.
MIGRATIONS: "tuple[tuple[Step, ...], ...]" = (
    (
        "CREATE TABLE models (id INTEGER PRIMARY KEY, spec TEXT NOT NULL UNIQUE) STRICT",
        """CREATE TABLE pictures (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            model INTEGER NOT NULL REFERENCES models,
            profession TEXT NOT NULL,
            adjective TEXT,
            template TEXT NOT NULL,
            replicate INTEGER NOT NULL,
            withheld TEXT,
            digest TEXT,
            bytes INTEGER,
            CHECK ((withheld IS NULL) = (digest IS NOT NULL)),
            CHECK ((withheld IS NULL) = (bytes IS NOT NULL))
        ) STRICT""",
        """CREATE TABLE perceptions (
            picture INTEGER NOT NULL REFERENCES pictures ON DELETE CASCADE,
            axis TEXT NOT NULL,
            instrument TEXT NOT NULL,
            label TEXT,
            reason TEXT,
            scores TEXT NOT NULL,
            PRIMARY KEY (picture, axis, instrument)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE provenance (
            model INTEGER NOT NULL REFERENCES models,
            made TEXT NOT NULL,
            PRIMARY KEY (model, made)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        # By key, not by row: annotations outlive an image that is removed and generated again.
        """CREATE TABLE labels (
            picture TEXT NOT NULL,
            axis TEXT NOT NULL,
            rater TEXT NOT NULL,
            label TEXT NOT NULL,
            date TEXT NOT NULL,
            PRIMARY KEY (picture, axis, rater)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE samples (
            model INTEGER NOT NULL REFERENCES models,
            axis TEXT NOT NULL,
            instrument TEXT NOT NULL,
            place INTEGER NOT NULL,
            picture TEXT NOT NULL,
            answer TEXT,
            among INTEGER NOT NULL,
            PRIMARY KEY (model, axis, instrument, place)
        ) STRICT, WITHOUT ROWID""",
    ),
    (*RENAMES, *TABLES, copy_all, *TRIGGERS, *CLEAN_UP),
    # One row: how far the index has read the journal (see journal.py).
    ("CREATE TABLE journal (size INTEGER NOT NULL, tail BLOB NOT NULL) STRICT",),
    # The prompt that a service says it used in place of the one that it was given.
    ("ALTER TABLE images ADD COLUMN revised TEXT",),
    (
        # The energy of each batch; "run" holds the circumstances that are those of the whole run.
        """CREATE TABLE readings (
            model INTEGER NOT NULL REFERENCES models,
            run TEXT NOT NULL,
            started TEXT NOT NULL,
            done TEXT NOT NULL,
            name TEXT NOT NULL,
            images INTEGER NOT NULL,
            seconds REAL NOT NULL,
            cpu_kwh REAL,
            gpu_kwh REAL,
            ram_kwh REAL,
            share REAL NOT NULL,
            PRIMARY KEY (model, run, started, done)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        "CREATE TABLE encoders (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
        # A vector of half-precision numbers, little-endian; it can be computed anew at any time.
        """CREATE TABLE embeddings (
            encoder INTEGER NOT NULL REFERENCES encoders,
            image INTEGER NOT NULL REFERENCES images ON DELETE CASCADE,
            vector BLOB NOT NULL,
            PRIMARY KEY (encoder, image)
        ) STRICT""",
        # SQLite looks for the embeddings of an image that is removed.
        "CREATE INDEX embeddings_by_image ON embeddings (image)",
    ),
)
