"""scripts/check_layers.py sees violations that are planted in a copy of the sources, at any depth, and none in the sources."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["ESPALIER_SOURCE"])


class Layers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("CMakeLists.txt", "ARCHITECTURE.md"):
            shutil.copy(SOURCE / name, self.root)
        for name in ("src", "include"):
            shutil.copytree(SOURCE / name, self.root / name)

    def check(self):
        done = subprocess.run([sys.executable, SOURCE / "scripts/check_layers.py", self.root], capture_output=True, text=True)
        return done.returncode, done.stdout

    def plant(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, name, old, new):
        path = self.root / name
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new, 1))

    def assert_complaint(self, words):
        code, said = self.check()
        self.assertEqual(code, 1, said)
        self.assertIn(words, said)
        self.assertIn(" 1 complaints", said)

    def test_the_sources_as_they_are_have_none(self):
        code, said = self.check()
        self.assertEqual(code, 0, said)

    def test_an_include_that_runs_up_is_seen_in_a_subfolder_too(self):
        self.plant("src/plan/cost/deeper/planted.cpp", '#include "espalier/store/state.hpp"\n')
        self.assert_complaint("src/plan/cost/deeper/planted.cpp: plan may not include store")

    def test_a_public_header_is_held_to_the_same_graph(self):
        self.plant("include/espalier/task/planted.hpp", '#include "espalier/study/study.hpp"\n')
        self.assert_complaint("include/espalier/task/planted.hpp: task may not include study")

    def test_private_headers_stay_in_their_room(self):
        self.plant("src/cli/verbs/planted.cpp", '#include "store/segment.hpp"\n')
        self.assert_complaint("cli may not include private headers of store")

    def test_a_header_that_is_named_by_a_relative_path_is_seen(self):
        self.plant("src/cli/verbs/planted.cpp", '#include "../../store/segment.hpp"\n')
        self.assert_complaint("cli may not include private headers of store")

    def test_spaces_and_quotes_hide_nothing(self):
        self.plant("src/store/planted.cpp", '#  include "mpi.h"\n')
        self.assert_complaint("store may not include MPI")

    def test_layers_of_rooms_with_libtorch_are_known(self):
        self.edit("CMakeLists.txt", "espalier_module(device DEPENDS core os TORCH)", "espalier_module(device DEPENDS core os task TORCH)")
        self.assert_complaint("device (L1) depends on task (L2), which is higher")

    def test_libtorch_stays_where_cmake_lists_it(self):
        self.plant("src/store/planted.cpp", "#include <ATen/Tensor.h>\n")
        self.assert_complaint("store may not include LibTorch")

    def test_a_folder_that_is_no_room_is_named(self):
        self.plant("src/attic/planted.cpp", "\n")
        self.assert_complaint("CMakeLists.txt knows no room 'attic'")

    def test_a_dependency_that_runs_up_is_seen_in_cmake(self):
        self.edit("CMakeLists.txt", "espalier_module(metrics DEPENDS frame)", "espalier_module(metrics DEPENDS frame report)")
        code, said = self.check()
        self.assertEqual(code, 1)
        self.assertIn("metrics (L2) depends on report (L3), which is higher", said)

    def test_a_room_that_architecture_neither_lists_nor_draws_is_named(self):
        self.edit("CMakeLists.txt", "# L3 engines", "espalier_module(cellar DEPENDS core)\n# L3 engines")
        code, said = self.check()
        self.assertEqual(code, 1)
        self.assertIn("ARCHITECTURE.md: the table of rooms has no row for cellar", said)
        self.assertIn("ARCHITECTURE.md: the drawing does not have cellar in L2", said)
        self.assertIn(" 2 complaints", said)

    def test_an_arrow_that_the_drawing_lacks_is_named(self):
        self.edit("ARCHITECTURE.md", "metrics → stats → plan", "metrics → stats")
        self.assert_complaint("plan includes headers of stats, and no arrow of the drawing leads from stats to plan")

    def test_an_arrow_that_no_include_bears_out_is_named(self):
        self.edit("ARCHITECTURE.md", "os → mpi, h5, device", "os → mpi, h5, device, safetensors")
        self.assert_complaint("the drawing has an arrow from os to safetensors, which includes none of its headers")

    def test_a_room_that_is_drawn_in_another_layer_is_named(self):
        self.edit("ARCHITECTURE.md", "L3 engines   store → report", "L3 engines   stats, store → report")
        code, said = self.check()
        self.assertEqual(code, 1)
        self.assertIn("ARCHITECTURE.md: the drawing does not have stats in L2", said)

    def test_what_is_drawn_and_is_no_room_is_named(self):
        self.edit("ARCHITECTURE.md", "L0 core      core (", "L0 core      cellar, core (")
        self.assert_complaint("ARCHITECTURE.md: the drawing has cellar, which is no room")


if __name__ == "__main__":
    unittest.main()
