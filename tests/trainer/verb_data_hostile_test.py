"""Files that claim more than they hold, judged from outside: what the trainer's process takes of memory, and what it says.
The bytes are made here by struct and zlib alone."""
import gzip
import json
import os
import pathlib
import resource
import struct
import subprocess
import tempfile
import unittest
import zlib

TRAINER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier-trainer"
MIB = 1 << 20


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width, height, bits, rows):
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width, height, entropy, progressive=False):
    """A grey JPEG whose tables are the least there can be: every code is one bit."""
    def segment(marker, body):
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    tables = segment(0xDB, bytes([0]) + bytes([1] * 64))
    for place in (0x00, 0x10):
        tables += segment(0xC4, bytes([place, 1] + [0] * 15 + [0]))
    frame = segment(0xC2 if progressive else 0xC0, struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0]))
    scan = segment(0xDA, bytes([1, 1, 0, 0, 0 if progressive else 63, 0]))
    return b"\xFF\xD8" + tables + frame + scan + entropy + b"\xFF\xD9"


class HostileInput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.least = self.peak(["data", "make", "--classes", "1", "--per-class", "1", "--out", self.root / "m"])[0]

    def tearDown(self):
        self.folder.cleanup()

    def peak(self, arguments):
        """The most memory that the trainer held, and what it ended with and said."""
        told = self.root / "told"
        with open(told, "wb") as out:
            child = subprocess.Popen([TRAINER, *map(str, arguments)], stdout=out, stderr=out)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_maxrss * 1024, child.returncode, told.read_text(errors="replace")

    def taken(self, *arguments):
        """Memory beyond what a small import takes."""
        peak, code, text = self.peak(["data", "import", *arguments, "--out", self.root / "out"])
        return peak - self.least, code, text

    def picture(self, content, *options, name="a.jpg"):
        (self.root / "set" / "a").mkdir(parents=True, exist_ok=True)
        (self.root / "set" / "a" / name).write_bytes(content)
        return self.taken("--format", "folder", "--images", self.root / "set", *options)

    def test_headers_are_not_believed_beyond_what_a_file_can_hold(self):
        for content in (jpeg(9000, 9000, b""), jpeg(9000, 9000, b"\0" * 700, progressive=True),
                        png(9000, 9000, 8, b""), png(9000, 9000, 8, zlib.compress(b"\0" * 9001 * 10))):
            taken, code, text = self.picture(content)
            self.assertEqual(code, 2, text)
            self.assertIn("claims more pixels than its bytes can hold", text)
            self.assertLess(taken, 64 * MIB)

    def test_the_most_that_a_kibibyte_can_ask_for_is_64_mebibytes(self):
        side = 2700
        rows = zlib.compress((b"\0" + b"\0" * ((side + 7) // 8)) * side, 9)
        content = png(side, side, 1, rows)
        self.assertLess(len(content), 1024 + 64)
        for options in ((), ("--resize", 32), ("--resize", 32, "--grey")):
            taken, code, text = self.picture(content, *options)
            self.assertEqual(code, 0, text)
            self.assertLess(taken, 64 * MIB, options)
        taken, code, text = self.picture(jpeg(8 * 60, 8 * 60, b"\0" * 950))  # a bit for the constant of each block, one for its end
        self.assertEqual(code, 0, text)
        self.assertLess(taken, 64 * MIB)

    def test_too_many_pixels_are_refused_by_name_unless_they_are_allowed(self):
        side = 10_100
        rows = zlib.compress((b"\0" + b"\0" * ((side + 7) // 8)) * side, 9)
        taken, code, text = self.picture(png(side, side, 1, rows))
        self.assertEqual(code, 2)
        self.assertIn("10100 x 10100 pixels, and max_pixels allows 100000000", text)
        self.assertLess(taken, 64 * MIB)
        small = png(40, 30, 8, zlib.compress(bytes(41) * 30))
        self.assertEqual(self.picture(small, "--max-pixels", 1199)[1], 2)
        self.assertEqual(self.picture(small, "--max-pixels", 1200)[1], 0)

    def test_a_thread_of_a_picture_is_not_resized_to_a_plane(self):
        taken, code, text = self.picture(png(1, 500_000, 8, zlib.compress(b"\0\0" * 500_000)), "--resize", 224)
        self.assertEqual(code, 2)
        self.assertIn("after resizing", text)
        self.assertLess(taken, 64 * MIB)

    def test_idx_and_cifar_take_what_was_really_read(self):
        (self.root / "i").write_bytes(struct.pack(">HBBIII", 0, 8, 3, 1, 1, 1) + b"x")
        (self.root / "l").write_bytes(struct.pack(">HBBI", 0, 12, 1, 0x60000000) + b"x")
        taken, code, text = self.taken("--format", "idx", "--images", self.root / "i", "--labels", self.root / "l")
        self.assertEqual(code, 2)
        self.assertIn("ends too early", text)
        self.assertLess(taken, 64 * MIB)
        (self.root / "bomb").write_bytes(gzip.compress(b"\0" * (200 * MIB), 9))
        taken, code, text = self.taken("--format", "cifar", "--images", self.root / "bomb")
        self.assertEqual(code, 2)
        self.assertIn("unpacks to more than 128 times its size", text)
        self.assertLess(taken, 256 * MIB)

    def test_one_large_label_does_not_make_a_class_for_each_number_below_it(self):
        (self.root / "i").write_bytes(struct.pack(">HBBIII", 0, 8, 3, 1, 1, 1) + b"x")
        (self.root / "l").write_bytes(struct.pack(">HBBIi", 0, 12, 1, 1, 999_999))
        taken, code, text = self.taken("--format", "idx", "--images", self.root / "i", "--labels", self.root / "l")
        self.assertEqual(code, 2)
        self.assertIn("has the label 999999 (labels count from 0, and those of 1 images stay below 65536)", text)
        self.assertLess(taken, 64 * MIB)

    def test_links_that_double_the_ways_to_a_folder_are_refused_before_they_fill_the_memory(self):
        last = self.root / "set" / "a"
        last.mkdir(parents=True)
        for depth in range(30):
            following = self.root / f"d{depth}"
            following.mkdir()
            for name in "lr":
                (last / name).symlink_to(following)
            last = following
        (last / "1.png").write_bytes(png(4, 4, 8, zlib.compress(bytes(20))))
        taken, code, text = self.taken("--format", "folder", "--images", self.root / "set")
        self.assertEqual(code, 2)
        self.assertIn("is reached on more than 256 ways", text)
        self.assertLess(taken, 64 * MIB)

    def test_answers_to_a_folder_from_elsewhere_do_not_land_behind_a_link_or_in_a_pipe(self):
        (self.root / "b").mkdir()
        (self.root / "b" / "bundles").write_bytes(b"")
        (self.root / "precious").write_text("precious")
        (self.root / "b" / "answers").symlink_to(self.root / "precious")
        _, code, text = self.peak(["--bundles", self.root / "b"])
        self.assertEqual(code, 77, text)
        self.assertIn("it is a symbolic link", text)
        self.assertEqual((self.root / "precious").read_text(), "precious")
        (self.root / "b" / "answers").unlink()
        os.mkfifo(self.root / "b" / "answers")
        _, code, text = self.peak(["--bundles", self.root / "b"])
        self.assertEqual(code, 77, text)
        self.assertIn("it is a FIFO", text)

    def test_a_machine_that_cannot_open_more_files_is_not_the_users_mistake(self):
        (self.root / "i").write_bytes(struct.pack(">HBBIII", 0, 8, 3, 1, 1, 1) + b"x")
        command = f"ulimit -n {{}}; exec {TRAINER} data import --format idx --images i --labels i --out out"
        codes = set()
        for limit in range(3, 12):  # the loader needs some at a time; below, the program does not start
            done = subprocess.run(["bash", "-c", command.format(limit)], cwd=self.root, capture_output=True, text=True)
            if "cannot read" in done.stderr and "Too many open files" in done.stderr:
                codes.add(done.returncode)
        self.assertLessEqual(codes, {77})

    def test_a_header_of_600000_tensors_takes_time_in_proportion(self):
        spent = []
        for count in (150_000, 600_000):
            header = json.dumps({f"t{i}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for i in range(count)})
            header = header.encode()[: 64 * MIB]
            (self.root / "many").write_bytes(struct.pack("<Q", len(header)) + header)
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            self.assertEqual(self.peak(["data", "info", self.root / "many"])[1], 2)
            spent.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)
        self.assertLess(spent[1], 9 * spent[0], "16 times, where it is quadratic")

    def test_devices_pipes_and_circles_are_refused_at_once(self):
        os.mkfifo(self.root / "fifo")
        for name in ("/dev/zero", self.root / "fifo", self.root):
            for arguments in (["--format", "cifar"], ["--format", "pack"], ["--format", "idx", "--labels", name]):
                _, code, text = self.taken(*arguments, "--images", name)
                self.assertEqual(code, 2, text)
        (self.root / "set" / "a").mkdir(parents=True)
        os.mkfifo(self.root / "set" / "a" / "1.png")
        self.assertIn("1.png", self.taken("--format", "folder", "--images", self.root / "set")[2])
        self.assertEqual(self.peak(["--bundles", "/dev/zero"])[1], 2)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main()
