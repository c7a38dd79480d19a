"""Text files of numbers and names: opened, split into fields, read fast. What fields mean is the caller's business."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np

from edgewise._lazy import lazy_import
from edgewise.errors import ArgumentError, DataError, FileError

__all__ = ["TextFile", "has_padded_numbers", "is_number", "read_columns", "read_text"]

pa = lazy_import("pyarrow")
pa_csv = lazy_import("pyarrow.csv")

_GZIP = b"\x1f\x8b"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SHOWN = 60
_CHUNK = 1 << 18


class TextFile(NamedTuple):
    """The lines of a file that hold data, how their fields are separated, and who reads them."""

    caller: str
    path: Path
    text: bytes
    """The file with all its lines, for whoever needs their numbers."""
    body: bytes
    """From the first line of data on; comments after it are blank lines."""
    comment: bytes | None
    delimiter: str
    """``" "`` stands for blanks of any number."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each line of data, and its fields: slow, for small files and for messages."""
        for number, line in enumerate(io.BytesIO(self.text), start=1):
            if line.strip() and not (self.comment and line.lstrip().startswith(self.comment)):
                yield number, self.fields(line, number)

    def fields(self, line: bytes, number: int) -> list[str]:
        """Split a line."""
        try:
            words = line.decode().rstrip("\n")
        except UnicodeDecodeError:
            self.fail("text in UTF-8", repr(line)[1:], number, "Convert the file to UTF-8.")
        if self.delimiter == " ":
            return [word for word in words.replace("\t", " ").split(" ") if word]
        try:
            return [word.strip() for word in next(csv.reader([words], delimiter=self.delimiter))]
        except csv.Error:
            return [words]

    def fail(
        self, expected: str, got: str, line: int | None = None, cure: str = "Repair or drop the line."
    ) -> NoReturn:
        """Raise the error of a line, or of the file as a whole."""
        got = got if len(got) <= _SHOWN else f"{got[:_SHOWN]}..."
        place = f"{self.path}" if line is None else f"line {line} of {self.path}"
        message = f"{self.caller}: expected {expected}, got {got} in {place}. {cure}"
        raise DataError(message)


def read_text(path: str | Path, comment: str | None, delimiter: str | None, caller: str) -> TextFile:
    """Open a text file, packed by gzip or not, and find out how its fields are separated.

    Args:
        path: The file.
        comment: Lines that begin with it are skipped.
        delimiter: What separates fields; ``None``: a tab, comma or semicolon where the first line has one, else blanks.
        caller: The name that errors begin with.

    Raises:
        FileError: The file is missing, cut off or not in UTF-8.
        ArgumentError: ``delimiter`` is not one character, or ``comment`` empty.
    """
    is_sign = delimiter is None or (len(delimiter) == 1 and delimiter not in "\r\n\"'")
    if not is_sign or comment == "":
        name, value = ("delimiter", delimiter) if not is_sign else ("comment", comment)
        message = f"{caller}: expected {name} as a character, got {value!r}. Leave it out to find out by the file."
        raise ArgumentError(message)
    path = Path(path)
    text = _content(path, caller)
    sign = None if comment is None else comment.encode()
    body = _from_first_line(text, sign)
    if sign is not None and sign in body:
        body = b"\n".join(b"" if line.lstrip().startswith(sign) else line for line in body.splitlines())
    if delimiter is None:
        first = body[: body.find(b"\n")] if b"\n" in body else body
        delimiter = next((sign for sign in "\t,;" if sign.encode() in first.strip()), " ")
    return TextFile(caller, path, text, _single_blanks(body) if delimiter == " " else body, sign, delimiter)


def read_columns(file: TextFile, width: int, types: dict[int, Any], skip: int = 0) -> Any:
    """Read a table of ``width`` columns.

    Args:
        file: The file.
        width: How many fields each line has.
        types: Arrow types of some columns; others become what they look like.
        skip: How many lines to leave out.

    Returns:
        An Arrow table, or ``None`` where a value is not of its type.

    Raises:
        DataError: A line has more or fewer fields.
    """
    names = [str(column) for column in range(width)]
    quote = False if file.delimiter == " " else '"'
    try:
        return pa_csv.read_csv(
            pa.BufferReader(file.body),
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows=skip, block_size=1 << 24),
            parse_options=pa_csv.ParseOptions(delimiter=file.delimiter, quote_char=quote),
            convert_options=pa_csv.ConvertOptions(
                column_types={str(column): kind for column, kind in types.items()},
                null_values=[],
                true_values=[],
                false_values=[],
            ),
        )
    except pa.ArrowInvalid as error:
        if "conversion error" in str(error):
            return None
        _explain(file, width, str(error))


def _explain(file: TextFile, width: int, reason: str) -> NoReturn:
    """Find the line that Arrow stumbled over."""
    model = next((f", as in line {number}" for number, fields in file.rows() if len(fields) == width), "")
    for number, fields in file.rows():
        if len(fields) != width:
            cure = "Repair or drop the line."
            if "{" in "".join(fields):
                cure = "networkx.read_edgelist reads such lines, and edgewise.io.from_networkx its graph."
            file.fail(f"{width} fields{model}", f"{len(fields)} ({file.delimiter.join(fields)!r})", number, cure)
    file.fail("lines of fields", f"another thing ({reason.splitlines()[0]})", cure="Repair the file.")


def _content(path: Path, caller: str) -> bytes:
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        cure = "Check the path." if isinstance(error, FileNotFoundError | IsADirectoryError) else "Fetch it again."
        message = f"{caller}: expected a whole text file, got {path} ({reason}). {cure}"
        raise FileError(message) from error
    if content.startswith(_WIDE):
        message = f"{caller}: expected text in UTF-8, got UTF-16 in {path}. Save it as UTF-8."
        raise FileError(message)
    if b"\0" in content:
        message = f"{caller}: expected a text file, got {path} (it holds zero bytes). Pass another file."
        raise FileError(message)
    content = content.removeprefix(b"\xef\xbb\xbf")
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in content else content


def _from_first_line(text: bytes, comment: bytes | None) -> bytes:
    start = 0
    while start < len(text):
        end = text.find(b"\n", start) + 1 or len(text)
        line = text[start:end].strip()
        if line and not (comment and line.startswith(comment)):
            return text[start:]
        start = end
    return b""


def _single_blanks(body: bytes) -> bytes:
    """One blank between fields, none at the ends of lines: what Arrow can split."""
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \n", b"\n").replace(b"\n ", b"\n")
    return body.strip(b" ")


def has_padded_numbers(file: TextFile) -> bool:
    """Whether some field begins with 0 and goes on with a digit, as ``007``: a name, not a number."""
    codes = np.frombuffer(b"\n" + file.body + b"\n", dtype=np.uint8)
    starts = np.array([ord("\n"), ord(file.delimiter), ord('"')], dtype=np.uint8)
    for first in range(1, len(codes), _CHUNK):  # what fits in cache
        zero = np.flatnonzero(codes[first : first + _CHUNK] == ord("0")) + first
        before, after = codes[zero - 1], codes[zero + 1]
        if (np.isin(before, starts) & (after >= ord("0")) & (after <= ord("9"))).any():
            return True
    return False


def is_number(field: str) -> bool:
    """Whether a field reads as a number, ``nan`` and ``inf`` too."""
    try:
        float(field)
    except ValueError:
        return False
    return "_" not in field
