"""In which encoding a file is written: Unicode first, then Chinese, then one byte per letter."""

import codecs

from charset_normalizer import from_bytes

from core.data.material import Material
from core.errors import ReadError

_SAMPLE = 200_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Tried in this order when a file is not UTF-8; the last one reads anything.
_SINGLE_BYTE = ("cp1252", "cp1250", "cp1251", "latin_1")


def detect_encoding(raw: "bytes | Material") -> str:
    """Return the name of the encoding.

    Raises:
        ReadError: The bytes are no text in any encoding.
    """
    material = Material.of(raw)
    sample = material.head(_SAMPLE)
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    nulls = sample.count(0)
    if nulls > len(sample) // 4:  # UTF-16 without a mark: every other byte of plain text is 0
        return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"
    if nulls:
        where = sample.index(0)
        raise ReadError(
            f"The file holds binary data (a zero byte at position {where + 1:,}), not text. "
            "Save or export it as CSV and upload that."
        )
    wrong = first_wrong_byte(material, "utf-8")
    return "utf-8" if wrong is None else _older(material, wrong)


def first_wrong_byte(material: Material, encoding: str) -> int | None:
    """Return the position of the first byte that is no text in this encoding, if there is one."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    for block in material.blocks():
        try:
            if not (encoding == "utf-8" and block.isascii() and not decoder.getstate()[0]):
                decoder.decode(block)
        except UnicodeDecodeError as error:
            return max(0, position + error.start)
        position += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(0, position - 1)
    return None


def _older(material: Material, first: int) -> str:
    """Judge by the part around the first byte that is not plain English."""
    start = max(0, first - 20_000)
    sample = _part(material, start, first + 20_000)
    controls = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in sample)
    if controls > len(sample) // 100:
        raise ReadError(
            "The file holds binary data, not text. Save or export it as CSV and upload that."
        )
    if _looks_chinese(sample) and first_wrong_byte(material, "gb18030") is None:
        return "gb18030"
    best = from_bytes(sample, cp_isolation=list(_SINGLE_BYTE)).best()
    candidates = ([best.encoding] if best else []) + list(_SINGLE_BYTE)
    return next(name for name in candidates if first_wrong_byte(material, name) is None)


def _part(material: Material, start: int, end: int) -> bytes:
    with material.open() as file:
        file.seek(start)
        return file.read(end - start)


def _looks_chinese(sample: bytes) -> bool:
    """Return whether high bytes come in pairs that are frequent Chinese characters.

    In GB 2312 the 3,755 frequent characters begin with B0 to D7 and end anywhere from A1 to FE.
    Western letters stand alone between plain ones; Cyrillic ones lie from C0 to FF.
    """
    leads, trails, alone, position = [], [], 0, 0
    while position < len(sample) - 1:
        lead, trail = sample[position], sample[position + 1]
        if lead < 0x80:
            position += 1
        elif trail < 0x80:
            alone, position = alone + 1, position + 2
        else:
            leads.append(lead)
            trails.append(trail)
            position += 2
    if not leads or alone > len(leads) / 4:
        return False
    frequent = sum(0xB0 <= lead <= 0xD7 for lead in leads) / len(leads)
    low = sum(0xA1 <= byte < 0xC0 for byte in leads + trails) / len(trails)
    return frequent > 0.75 and low > 0.05
