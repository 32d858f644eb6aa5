"""The text of a loan file in blocks of whole lines, so that only a part of it is in memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from core.data.material import Material
from core.data.rows import LONGEST_ROW

_UTF8 = ("utf-8", "utf-8-sig", "utf8")
_LONGEST = 4 * LONGEST_ROW  # bytes


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines, and what was read beyond them.

    Attributes:
        text: UTF-8.
        end: Where the lines end in it.
        done: Bytes of the file that were read up to there.
    """

    text: bytes
    end: int
    done: int

    @property
    def lines(self) -> int:
        """How many they are, blank ones included."""
        mark = max((b"\n", b"\r"), key=lambda each: self.text.count(each, 0, self.end))
        rest = self.text[self.text.rfind(mark, 0, self.end) + 1 : self.end]
        return self.text.count(mark, 0, self.end) + bool(rest.strip(b"\r\n"))

    @property
    def last_line(self) -> bytes:
        """The last of them, without its end."""
        end = self.end
        while end and self.text[end - 1] in b"\r\n":
            end -= 1
        return self.text[max(self.text.rfind(mark, 0, end) for mark in (b"\n", b"\r")) + 1 : end]


def blocks(material: Material, encoding: str, size: int, quote: bytes = b"") -> Iterator[Block]:
    """Yield the file in blocks of about `size` bytes.

    Args:
        material: The file.
        encoding: In which it is written.
        size: At least, where the file is not shorter.
        quote: Where given, cells in it may span lines: a block ends where all of them are closed.

    Raises:
        UnicodeError: A byte is no text in the encoding.
        pa.ArrowInvalid: A line is longer than any row may be.
    """
    with material.stream() as file:
        plain = encoding.lower() in _UTF8
        stream = file if plain else pa.transcoding_input_stream(file, encoding, "utf-8")
        rest, done, wanted = b"", 0, size
        while text := rest + stream.read(wanted):
            ended = len(text) < len(rest) + wanted
            end = len(text) if ended else _end(text, quote)
            if not end and not quote and len(text) > _LONGEST:
                raise pa.ArrowInvalid("A line is too long.")
            wanted = size if end else 2 * wanted
            if plain:  # reading a few bytes again takes less than copying all of them
                file.seek(done := done + end)
            else:
                rest, done = text[end:], file.tell()
            if end:
                yield Block(text, end, done)


def _end(text: bytes, quote: bytes) -> int:
    """Return where the last whole line ends; 0 where none does."""
    end = text.rfind(b"\n") + 1 or text.rfind(b"\r", 0, -1) + 1  # a line feed may follow the last
    still_open = text.count(quote, 0, end) % 2 if quote else 0
    while end and still_open:
        before = text.rfind(b"\n", 0, end - 1) + 1
        still_open ^= text.count(quote, before, end) % 2
        end = before
    return end
