"""What an HDF5 file holds, and what it should hold by the reference reader."""

import hashlib

import h5py
import numpy

from read_names import key_of, name_hash
from reference import GROUP_BITS, NO_NEWLINE

OWN_TIME = {"command", "created"}  # attributes that tell of the run, not of the data


def joined(parts):
    return numpy.frombuffer(b"".join(parts), dtype=numpy.uint8)


def offsets(parts):
    sizes = numpy.array([len(part) for part in parts], dtype=numpy.uint64)
    return numpy.concatenate([numpy.zeros(1, numpy.uint64),
                              numpy.cumsum(sizes, dtype=numpy.uint64)])


def expected(records, tails=(), text_offset=33):
    """The datasets of one mate that holds these records of reference.py."""
    style = records[0].style & GROUP_BITS & ~NO_NEWLINE if records else 0
    other = [(row, record.style) for row, record in enumerate(records) if record.style != style]
    return {
        "sequence": joined([record.bases for record in records]),
        "quality": joined([record.quality for record in records]) - numpy.uint8(text_offset),
        "offset": offsets([record.bases for record in records]),
        "name": joined([record.name for record in records]),
        "name_offset": offsets([record.name for record in records]),
        "text/row": numpy.array([row for row, _ in other], dtype=numpy.uint64),
        "text/style": numpy.array([style for _, style in other], dtype=numpy.uint8),
        "text/tail": joined(tails),
    }


def index(records):
    """The datasets of the index of the names of these records."""
    pairs = sorted((name_hash(key_of(record.name)), row) for row, record in enumerate(records))
    return {"index/name_hash": numpy.array([pair[0] for pair in pairs], dtype=numpy.uint64),
            "index/name_row": numpy.array([pair[1] for pair in pairs], dtype=numpy.uint64)}


def found(path, mate=1):
    """The datasets of one mate in a file."""
    with h5py.File(path) as file:
        group = file[f"read{mate}"]
        names = []
        group.visititems(lambda name, item: names.append(name)
                         if isinstance(item, h5py.Dataset) else None)
        return {name: group[name][:] for name in names}


def line_width(path, mate=1):
    """The attribute line_width of one mate, or None."""
    with h5py.File(path) as file:
        value = file[f"read{mate}"].attrs.get("line_width")
        return None if value is None else int(value)


def difference(path, mate, want):
    """A sentence about the first dataset that is not as wanted, or None."""
    have = found(path, mate)
    if set(have) != set(want):
        return f"read{mate} has the datasets {sorted(have)}"
    for name, values in want.items():
        if have[name].dtype != values.dtype or len(have[name]) != len(values):
            return (f"read{mate}/{name} has {len(have[name])} values of {have[name].dtype}, "
                    f"not {len(values)} of {values.dtype}")
        unlike = numpy.flatnonzero(have[name] != values)
        if len(unlike):
            return f"read{mate}/{name} differs first at {unlike[0]}"
    return None


def everything(path):
    """Every dataset and attribute of a file that must not depend on how it was made."""
    content = {}

    def take(name, item):
        for key, value in item.attrs.items():
            if key not in OWN_TIME:
                content[f"{name}@{key}"] = numpy.asarray(value).tolist()
        if isinstance(item, h5py.Dataset):
            values = item[:]
            if values.dtype.names:  # a modification time is not data
                values = values[[field for field in values.dtype.names if field != "modified"]]
                content[name] = values.tolist()
            else:
                content[name] = str(values.dtype), values.tobytes()

    with h5py.File(path) as file:
        take("/", file)
        file.visititems(take)
    return content


def stored_chunks(path):
    """The chunks of every dataset as they are stored, and what undoes their encoding."""
    content = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset) and item.chunks:
            stored = item.id
            places = [stored.get_chunk_info(i).chunk_offset for i in range(stored.get_num_chunks())]
            digest = hashlib.sha256()
            for place in places:
                digest.update(stored.read_direct_chunk(place)[1])
            content[name] = (item.compression, item.compression_opts, item.shuffle, places,
                             digest.hexdigest())

    with h5py.File(path) as file:
        file.visititems(take)
    return content
