"""Counts every row of an index one by one, as the triggers' counts should say."""

import sqlite3
from pathlib import Path

_KEPT = {
    "image_counts": """
        SELECT prompt, coalesce(filtered, ''), count(*) FROM images GROUP BY 1, 2""",
    "answer_counts": """
        SELECT instrument, prompt, coalesce(label, ''), coalesce(reason, ''), count(*)
        FROM perceptions JOIN images ON image = images.id GROUP BY 1, 2, 3, 4""",
}


def check_counts(root: Path) -> None:
    """Compare the counts that are kept with what is there, in one view of the index."""
    connection = sqlite3.connect(root / "index.sqlite3", isolation_level=None)
    try:
        connection.execute("BEGIN")
        for table, query in _KEPT.items():
            kept = connection.execute(f"SELECT * FROM {table} WHERE number <> 0")  # noqa: S608
            assert set(kept) == set(connection.execute(query)), table
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()
