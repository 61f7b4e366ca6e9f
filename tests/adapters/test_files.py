"""One contract for ``ports.Files``, held to by the bucket and by the fake that other tests lean on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from platen.adapters.s3_files import S3Files
from platen.ports import Files, NotFound, TooLarge
from tests.fakes.files import FakeFiles

BUCKET = "files"


@pytest.fixture(params=["bucket", "fake"])
def files(request: pytest.FixtureRequest) -> Files:
    if request.param == "fake":
        return FakeFiles()
    request.getfixturevalue("wire")
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return S3Files(client, BUCKET)


@pytest.mark.parametrize("key", ["in/wh/picks/a.csv", "own/wh/levels.csv.gz", "a b/ü+%#.csv"])
class TestAFile:
    def test_is_read_as_it_was_written(self, files: Files, key: str) -> None:
        files.put(key, b"a,b\r\n\x00\xff")
        assert files.get(key) == b"a,b\r\n\x00\xff"

    def test_is_over_what_was_there(self, files: Files, key: str) -> None:
        files.put(key, b"old and long")
        files.put(key, b"new")
        assert files.get(key) == b"new"

    def test_of_lines_is_read_line_by_line(self, files: Files, key: str) -> None:
        lines = ["A,1", "", "ü\u2028still the same line\r", "Z,2"]
        assert files.put_lines(key, iter(lines)) == 4
        assert list(files.lines(key)) == lines

    def test_of_no_lines_is_there_all_the_same(self, files: Files, key: str) -> None:
        assert files.put_lines(key, []) == 0
        assert list(files.lines(key)) == []
        assert files.size(key) is not None

    def test_whose_source_fails_leaves_what_was_there(self, files: Files, key: str) -> None:
        def broken() -> Iterator[str]:
            yield "half"
            raise RuntimeError("the source is gone")

        files.put(key, b"whole\n")
        with pytest.raises(RuntimeError):
            files.put_lines(key, broken())
        assert list(files.lines(key)) == ["whole"]

    def test_that_is_not_there_is_not_found(self, files: Files, key: str) -> None:
        assert files.size(key) is None
        with pytest.raises(NotFound):
            files.get(key)
        with pytest.raises(NotFound):
            next(files.lines(key))

    def test_says_when_it_was_put_there(self, files: Files, key: str) -> None:
        files.put(key, b"old")
        _, before = files.get_dated(key)
        files.put(key, b"new")
        body, at = files.get_dated(key)
        assert (body, at >= before, at.utcoffset()) == (b"new", True, timedelta(0))

    def test_that_is_too_large_is_not_read(self, files: Files, key: str) -> None:
        files.put(key, b"abcdefghij" * 10)
        with pytest.raises(TooLarge):
            files.get(key, most=9)

    def test_that_was_taken_away_was_there_once(self, files: Files, key: str) -> None:
        assert not files.ever(key)
        files.put(key, b"x")
        files.delete(key)
        files.delete(key)
        assert files.size(key) is None
        assert files.ever(key)

    def test_is_not_taken_for_one_whose_name_it_begins(self, files: Files, key: str) -> None:
        files.put(f"{key}.more", b"x")
        assert not files.ever(key)


def test_a_mark_stands_for_what_lies_there(files: Files) -> None:
    key = "lists/wh/catalogue/shop.csv.gz"
    assert files.mark(key) is None
    files.put_lines(key, ["A,1"])
    before = files.mark(key)
    files.put_lines(key, ["A,1"])
    assert files.mark(key) == before, "written over with the same: nothing has moved"
    files.put_lines(key, ["A,2"])
    assert files.mark(key) not in (None, before)
    files.delete(key)
    assert files.mark(key) is None


def test_names_come_in_order_and_of_their_prefix_alone(files: Files) -> None:
    for key in ("in/b/2", "in/a/2", "in/a/10", "in/ab/1", "out/a/1"):
        files.put(key, b"")
    assert files.names("in/a/") == ["in/a/10", "in/a/2"]
    assert files.names("in/", limit=2) == ["in/a/10", "in/a/2"]
    assert files.names("nothing/") == []


def test_large_files_pass_in_pieces(files: Any) -> None:
    lines = [f"ITEM-{number:06d},{number % 500}" for number in range(50_000)]
    assert files.put_lines("own/large.csv.gz", iter(lines)) == len(lines)
    assert list(files.lines("own/large.csv.gz")) == lines
    assert files.size("own/large.csv.gz") < 500_000 or isinstance(files, FakeFiles)
