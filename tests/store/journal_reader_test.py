"""A reader of journals that knows docs/journal.md and nothing of our code: same records, same checksums."""
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def records(data):
    """Yields (type, payload); stops at the first record that is not whole and right."""
    at = 0
    while at + 20 <= len(data):
        magic, version, kind, size, crc = struct.unpack_from("<4sHHQI", data, at)
        payload = data[at + 20 : at + 20 + size]
        if magic != b"ESPL" or version != 1 or len(payload) < size:
            return
        if crc32c(struct.pack("<HQ", kind, size)) ^ crc32c(payload) != crc:
            return
        yield kind, payload
        at += 20 + size


def segment_start(payload):
    """segment, host, previous, previous_length of a first record."""
    (segment,) = struct.unpack_from("<I", payload)
    (length,) = struct.unpack_from("<Q", payload, 4)
    at = 12 + length
    host = payload[12:at].decode()
    (job_length,) = struct.unpack_from("<Q", payload, at + 8)
    at += 16 + job_length + 4
    return segment, host, *struct.unpack_from("<IQ", payload, at)


def make_sample(folder):
    program = Path(os.environ["ESPALIER_BIN"]) / "test_store"
    environment = dict(os.environ, ESPALIER_SAMPLE=folder)
    subprocess.run([program, "[.sample]"], env=environment, check=True, stdout=subprocess.DEVNULL)


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_sample(folder)
        data = (Path(folder) / "journal" / "000001.log").read_bytes()
        found = list(records(data))
        kinds = [kind for kind, _ in found]
        assert sum(20 + len(payload) for _, payload in found) == len(data), "every byte belongs to a record"
        # segment_start, study, tasks, runs, 5 tasks of attempt + 3 rows + ended, a checkpoint, a selection, finished.
        assert kinds.count(1) == 1 and kinds.count(2) == 1 and kinds.count(5) == 1 and kinds.count(4) == 1
        assert kinds.count(6) == 5 and kinds.count(7) == 15 and kinds.count(9) == 5
        assert kinds.count(8) == 1 and kinds.count(11) == 1 and kinds.count(14) == 1
        assert segment_start(found[0][1]) == (1, "host-a", 0, 0), segment_start(found[0][1])
        import h5py

        with h5py.File(Path(folder) / "results.h5") as view:
            assert view["provenance"].attrs["records"] == len(found)
            assert view["provenance"].attrs["position_bytes"] == len(data)
        damaged = bytearray(data)
        damaged[len(data) // 2] ^= 1
        assert len(list(records(bytes(damaged)))) < len(found)


if __name__ == "__main__":
    sys.exit(main())
