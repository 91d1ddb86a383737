"""Journal records for tests and benches: frames as docs/journal.md says, fields by number as docs/journal.proto says."""
import struct

HEADER = struct.Struct("<4sHHHHIQI")  # magic, format, type, version, reserved, size, synced, checksum


def records(data):
    """Yields (type, payload) of each whole record at the front of a segment; checksums are not looked at."""
    at = 0
    while at + HEADER.size <= len(data):
        magic, _, kind, _, _, size, _, _ = HEADER.unpack_from(data, at)
        if magic != b"ESPJ" or at + HEADER.size + size > len(data):
            return
        yield kind, data[at + HEADER.size:at + HEADER.size + size]
        at += HEADER.size + size


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def fields(payload):
    """Field number -> list of values: integers as they are written (signed() undoes zigzag), floats, or bytes."""
    found, at = {}, 0
    while at < len(payload):
        key, at = varint(payload, at)
        if key & 7 == 0:
            value, at = varint(payload, at)
        elif key & 7 == 2:
            size, at = varint(payload, at)
            value, at = payload[at:at + size], at + size
        else:
            form = {1: "<d", 5: "<f"}[key & 7]
            value, at = struct.unpack_from(form, payload, at)[0], at + struct.calcsize(form)
        found.setdefault(key >> 3, []).append(value)
    return found


def signed(value):
    return (value >> 1) ^ -(value & 1)
