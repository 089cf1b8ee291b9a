"""Rows of a COPY as a Parquet file, which is read back and compared with what the database sent."""

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

TYPES = (
    "boolean, smallint, integer, bigint, oid, xid8, real, double precision, date, time, timestamp, timestamp with time"
    " zone, uuid, bytea, and numeric(p, s) with 0 <= s <= p <= 38, are stored as the Parquet type that has the same"
    " values. Every other type, arrays among them, is stored as text, as PostgreSQL writes it with DateStyle ISO,"
    " TimeZone UTC, IntervalStyle postgres, lc_monetary C. A column with a value that its Parquet type lacks (infinity"
    " or BC in a time, a year after 9999, 24:00, NaN in a numeric) is stored as text in the file of that month; one"
    " with text that is not UTF-8, as bytes. A null is a null. The columns of each file say which it was."
)
"""How types are stored: the manifest states it."""

ROWS, BYTES = 32_768, 4 * 2**20
"""A row group ends with so many rows, or so many bytes of CSV."""

with suppress(NotImplementedError):  # not in every build
    pa.set_memory_pool(pa.jemalloc_memory_pool())  # a month of a million rows then takes 40 MB less

_NATIVE: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "oid": pa.uint32(),
    "xid8": pa.uint64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "date": pa.date32(),
    "time without time zone": pa.time64("us"),
    "timestamp without time zone": pa.timestamp("us"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "uuid": pa.uuid(),
    "bytea": pa.binary(),
}


class Column(NamedTuple):
    """A column of an archive."""

    name: str
    type: str
    """As PostgreSQL's format_type() writes it."""


class MisfitError(Exception):
    """Some columns, by their positions, have values that their Parquet type lacks."""

    def __init__(self, positions: list[int]) -> None:
        super().__init__(f"columns {positions} do not fit")
        self.positions = positions


class UnequalError(Exception):
    """A file does not contain what was written to it."""


def stored_type(column: Column) -> pa.DataType:
    """Return how a column is stored while all its values fit."""
    numeric = re.fullmatch(r"numeric\((\d+),(-?\d+)\)", column.type)
    if numeric:
        precision, scale = map(int, numeric.groups())
        return pa.decimal128(precision, scale) if 0 <= scale <= precision <= 38 else pa.string()
    return _NATIVE.get(re.sub(r"\(\d+\)", "", column.type), pa.string())


def wider_type(type_: pa.DataType) -> pa.DataType:
    """Return how a column is stored whose values do not all fit."""
    return pa.binary() if type_ == pa.string() else pa.string()


class MonthFile:
    """The file of a month while it is written, beside which lies, uncompressed, what was sent to it."""

    def __init__(self, path: Path, columns: list[Column], types: list[pa.DataType]) -> None:
        self.path = path
        self._sent = path.with_name(f"{path.name}.sent")
        self._schema = pa.schema([(column.name, type_) for column, type_ in zip(columns, types, strict=True)])
        self._is_bytea = [column.type == "bytea" for column in columns]

    def write(self, rows: Iterator[bytes | bytearray | memoryview], on_rows: Callable[[int], object]) -> None:
        """Write rows of a COPY in CSV; call now and then with how many more there are.

        Raises:
            MisfitError: columns need a wider type; the file is of no use.

        """
        # A thread parses, compresses and writes while this one reads on: at most two chunks are in memory.
        with ThreadPoolExecutor(1) as pool, self._sent.open("wb") as sent, self.path.open("wb") as file:
            with (
                pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd", compression_level=1) as writer,
                pyarrow.ipc.new_file(sent, self._schema) as spool,
            ):

                def add(chunk: bytes) -> None:
                    batch = self._parse(chunk)
                    spool.write_batch(batch)
                    writer.write_batch(batch, row_group_size=len(batch))

                pending: Future[None] | None = None
                for chunk, count in _chunks(rows):
                    if pending:
                        pending.result()
                    pending = pool.submit(add, chunk)
                    on_rows(count)
                if pending:
                    pending.result()
            file.flush()
            os.fsync(file.fileno())

    def compare(self) -> int:
        """Read the file back, compare each value with what was sent, and return the number of rows.

        Raises:
            UnequalError: some value is another.

        """
        with pa.OSFile(str(self._sent)) as sent, pyarrow.parquet.ParquetFile(self.path) as file:
            spool = pyarrow.ipc.open_file(sent)
            if file.num_row_groups != spool.num_record_batches:
                raise UnequalError(f"{self.path.name} does not contain what was written to it.")
            for n in range(file.num_row_groups):
                written = file.read_row_group(n).combine_chunks()
                expected = pa.Table.from_batches([spool.get_batch(n)])
                if not all(map(_is_identical, written.columns, expected.columns)):
                    raise UnequalError(f"{self.path.name} does not contain what was written to it.")
            return int(file.metadata.num_rows)

    def discard_sent(self) -> None:
        """Remove what was sent."""
        self._sent.unlink(missing_ok=True)

    def _parse(self, chunk: bytes) -> pa.RecordBatch:
        names = [str(n) for n in range(len(self._schema))]  # positions: a column may have any name
        types = {
            name: pa.string() if type_ == pa.uuid() or is_bytea else type_
            for name, type_, is_bytea in zip(names, self._schema.types, self._is_bytea, strict=True)
        }
        try:
            arrays = _read_csv(chunk, names, types)
        except pa.ArrowInvalid:
            misfits = [n for n, name in enumerate(names) if not _fits(chunk, names, types, name)]
            if not misfits:
                raise
            raise MisfitError(misfits) from None
        for n, type_ in enumerate(self._schema.types):
            if type_ == pa.uuid():
                arrays[n] = _uuids(arrays[n])
            elif self._is_bytea[n]:
                arrays[n] = _bytes(arrays[n])
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)


def _chunks(rows: Iterator[bytes | bytearray | memoryview]) -> Iterator[tuple[bytes, int]]:
    """Put rows together; say how many. A few at a time, since Python takes longer for each step than for the row."""
    parts: list[bytes] = []
    count = size = 0
    while step := list(islice(rows, 64)):
        parts.append(b"".join(step))
        count += len(step)
        size += len(parts[-1])
        if count >= ROWS or size >= BYTES:
            yield b"".join(parts), count
            parts, count, size = [], 0, 0
    if parts:
        yield b"".join(parts), count


def _read_csv(
    chunk: bytes, names: list[str], types: dict[str, pa.DataType], only: list[str] | None = None
) -> list[pa.Array]:
    table = pyarrow.csv.read_csv(
        pa.py_buffer(chunk),
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=len(chunk) + 1),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types,
            include_columns=only,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return [column.combine_chunks() for column in table.columns]


def _fits(chunk: bytes, names: list[str], types: dict[str, pa.DataType], name: str) -> bool:
    try:
        _read_csv(chunk, names, types, [name])
    except pa.ArrowInvalid:
        return False
    return True


def _uuids(texts: pa.StringArray) -> pa.Array:
    present = texts.drop_null()
    digits = b"" if not len(present) else present.buffers()[2].to_pybytes()[: 36 * len(present)]
    values = pa.Array.from_buffers(
        pa.binary(16), len(present), [None, pa.py_buffer(bytes.fromhex(digits.decode().replace("-", "")))]
    )
    if texts.null_count:
        number = pc.subtract(pc.cumulative_sum(texts.is_valid().cast(pa.int32())), 1)
        values = values.take(pc.if_else(texts.is_valid(), number, None))
    return pa.ExtensionArray.from_storage(pa.uuid(), values)


def _bytes(texts: pa.StringArray) -> pa.Array:
    digits = pc.utf8_slice_codeunits(texts, 2)  # without the \x
    validity, offsets, data = digits.buffers()
    ends = pa.Array.from_buffers(pa.int32(), len(digits) + 1, [None, offsets])
    text = data.to_pybytes()[: ends[-1].as_py()].decode() if data else ""
    halves = pc.divide(ends, pa.scalar(2, pa.int32())).buffers()[1]
    return pa.Array.from_buffers(pa.binary(), len(digits), [validity, halves, pa.py_buffer(bytes.fromhex(text))])


def _is_identical(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    """Whether all bits are equal: NaN is, and 0 is not -0."""
    bits = {pa.float32(): pa.int32(), pa.float64(): pa.int64()}.get(one.type)
    if bits and one.type == other.type:
        one, other = (pa.chunked_array([c.view(bits) for c in array.chunks], bits) for array in (one, other))
    return bool(one.equals(other))
