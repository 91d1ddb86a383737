"""A reader of journals that knows docs/journal.md and docs/journal.proto, and nothing of our code."""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections import Counter, namedtuple
from hashlib import sha256
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.unknown_fields import UnknownFieldSet

PROTO = Path(__file__).resolve().parents[2] / "docs" / "journal.proto"
HEADER = struct.Struct("<4sHHHHIQI")
FORMAT = 2
MESSAGES = {
    1: "SegmentStart", 2: "StudyRecord", 3: "CatalogRecord", 4: "RunsRecord", 5: "TasksRecord", 6: "AttemptRecord",
    7: "RowsRecord", 8: "CheckpointRecord", 9: "EndedRecord", 10: "LostRecord", 11: "SelectionRecord",
    12: "WarningRecord", 14: "FinishedRecord", 15: "RequestRecord", 16: "LossAcceptedRecord",
    17: "EvaluationSetsRecord", 18: "ArtifactDamagedRecord", 19: "GivenBackRecord", 20: "CancelledRecord",
    128: "MergedRecord",
}

Record = namedtuple("Record", "at type version synced payload")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def record_at(data, at):
    """The record at byte `at`, or None where no whole and right one stands there."""
    if at + HEADER.size > len(data):
        return None
    magic, form, kind, version, _, size, synced, checksum = HEADER.unpack_from(data, at)
    payload = data[at + HEADER.size : at + HEADER.size + size]
    if magic != b"ESPJ" or form != FORMAT or len(payload) < size:
        return None
    if crc32c(data[at : at + 24] + payload) != checksum:
        return None
    return Record(at, kind, version, synced, payload)


def records(data):
    """The records from the front, up to the first that is not whole and right."""
    at = 0
    while record := record_at(data, at):
        yield record
        at += HEADER.size + len(record.payload)


def is_proven_damage(data, at):
    """Whether a record behind byte `at` says that more than `at` bytes had been synced before it."""
    found = data.find(b"ESPJ", at)
    while found >= 0:
        record = record_at(data, found)
        if record and record.synced > at:
            return True
        found = data.find(b"ESPJ", found + 1)
    return False


def message_classes(folder):
    """The class of each record type, as protoc and Google's library make it from docs/journal.proto."""
    if not shutil.which("protoc"):
        sys.exit("protoc is missing (it reads docs/journal.proto). Install the Debian package protobuf-compiler.")
    compiled = Path(folder) / "journal.descriptors"
    subprocess.run(["protoc", f"--proto_path={PROTO.parent}", f"--descriptor_set_out={compiled}", PROTO], check=True)
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes()).file:
        pool.Add(file)
    types = {kind: pool.FindMessageTypeByName(f"espalier.journal.{name}") for kind, name in MESSAGES.items()}
    return {kind: message_factory.GetMessageClass(descriptor) for kind, descriptor in types.items()}


def inner_messages(message):
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            values = field.message_type.fields_by_name["value"]
            yield from value.values() if values.message_type else ()
        elif hasattr(value, "ListFields"):
            yield value
        else:
            yield from value


def refuse_unknown_fields(message, path):
    """A field that docs/journal.proto lacks, or has with another wire type, is unknown to the library."""
    unknown = [field.field_number for field in UnknownFieldSet(message)]
    assert not unknown, f"{path} holds fields {unknown} that docs/journal.proto does not have"
    for inner in inner_messages(message):
        refuse_unknown_fields(inner, f"{path}/{inner.DESCRIPTOR.name}")


def decode(record, classes):
    assert record.version == 1, record
    message = classes[record.type].FromString(bytes(record.payload))
    refuse_unknown_fields(message, message.DESCRIPTOR.name)
    return message


def make_sample(folder):
    program = Path(os.environ["ESPALIER_BIN"]) / "test_store"
    environment = dict(os.environ, ESPALIER_SAMPLE=folder)
    subprocess.run([program, "[.sample]"], env=environment, check=True, stdout=subprocess.DEVNULL)


def check_frames(found, data):
    assert found[-1].at + HEADER.size + len(found[-1].payload) == len(data), "every byte belongs to a record"
    # segment_start, study, tasks, runs, 5 tasks of attempt + 3 rows + ended, the rows' image sets, a checkpoint, a selection, finished.
    assert Counter(record.type for record in found) == {1: 1, 2: 1, 4: 1, 5: 1, 6: 5, 7: 15, 8: 1, 9: 5, 11: 1, 14: 1, 17: 1}
    # The first record was synced alone, the others as one group.
    assert [record.synced for record in found] == [0] + [found[1].at] * (len(found) - 1)


def check_plan(messages):
    """What the sample planned: trainings 0 to 3, which start from pretraining 9, and a run of each."""
    start, study, tasks, runs = messages[:4]
    assert (start.segment, start.host, start.job) == (1, "host-a", "job7")
    assert (start.previous, start.previous_length) == (0, 0) and start.process > 0
    assert (study.file_name, study.workers, study.threads) == ("sample.toml", 2, 1)
    assert study.text == '[study]\nname = "sample, ä"\n'
    ids = [task.id for task in tasks.tasks]
    assert ids == [sha256(f"task {n}".encode()).hexdigest()[:32] for n in (9, 0, 1, 2, 3)], ids
    assert [task.kind for task in tasks.tasks] == [0] * 5 and all(task.train.length.epoch == 3 for task in tasks.tasks)
    assert [[(one.task, one.role) for one in task.inputs] for task in tasks.tasks] == [[]] + [[(ids[0], 0)]] * 4
    assert runs.all_current and [run.task for run in runs.runs] == ids[1:]
    assert [label.value for label in runs.runs[1].labels] == ["1", "all", "optimal"]


def check_facts(messages):
    """What the sample measured: signs, floats and nested lists come out as they were written."""
    def by_name(name):
        return [message for message in messages if message.DESCRIPTOR.name == name]

    assert [fact.fence.attempt for fact in by_name("AttemptRecord")] == [10, 1, 2, 3, 4]
    assert {fact.fence.segment for fact in by_name("AttemptRecord")} == {1}
    rows = [row for fact in by_name("RowsRecord") for row in fact.rows]
    assert len(rows) == 30 and [row.epoch for row in rows[::2]] == [1, 2, 3] * 5
    (sets,) = by_name("EvaluationSetsRecord")
    assert [(one.number, one.subset, len(one.digest)) for one in sets.sets] == [(1, 0, 0), (2, 2, 32)]
    assert [row.set for row in rows[:2]] == [1, 2] and [row.count for row in rows[:2]] == [10, 10]
    assert {tuple(fact.metrics) for fact in by_name("RowsRecord")} == {(1, 2, 3)}
    assert list(rows[0].values) == [0.75, 5, 8] and rows[1].values[1] == 9  # task 9 is the first to be measured
    assert [fact.state for fact in by_name("EndedRecord")] == [3, 3, 3, 3, 4]
    assert by_name("EndedRecord")[-1].cause == "diverged"
    (kept,) = by_name("CheckpointRecord")
    assert (kept.kind, kept.at.epoch, kept.at.step, kept.bytes, len(kept.artifact)) == (1, 3, 0, 7, 64)
    (made,) = by_name("SelectionRecord")
    assert [(label.axis, label.value) for label in made.outcome.chosen] == [("transferred", "2")]
    assert [candidate.p_value for candidate in made.outcome.candidates] == [1, 1]
    assert (messages[-1].exit_code, messages[-1].time) == (1, 100)


def check_view(folder, found, data):
    import h5py

    with h5py.File(Path(folder) / "results.h5") as view:
        assert view["provenance"].attrs["records"] == len(found)
        assert view["provenance"].attrs["position_bytes"] == len(data)


def check_damage(found, data):
    """A wrong byte ends reading; only before the last sync it is proven damage."""
    for victim, is_proven in ((0, True), (len(found) // 2, False)):
        damaged = bytearray(data)
        damaged[found[victim].at + HEADER.size] ^= 1
        assert len(list(records(damaged))) == victim
        assert is_proven_damage(damaged, found[victim].at) == is_proven


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_sample(folder)
        data = (Path(folder) / "journal" / "000001.log").read_bytes()
        found = list(records(data))
        classes = message_classes(folder)
        messages = [decode(record, classes) for record in found]
        check_frames(found, data)
        check_plan(messages)
        check_facts(messages)
        check_view(folder, found, data)
        check_damage(found, data)


if __name__ == "__main__":
    sys.exit(main())
