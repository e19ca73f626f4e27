"""A process's memory is its own, not that of whoever measures it."""

import sys
import unittest

from process import run


class Process(unittest.TestCase):
    def test_memory_of_the_one_who_measures_does_not_count(self):
        ballast = bytearray(200_000_000)
        took = run(sys.executable, "-I", "-S", "-c", "print('done')")
        self.assertLess(took.megabytes, len(ballast) / 4e6)
        self.assertEqual(took.said, "done")

    def test_memory_of_the_process_counts(self):
        took = run(sys.executable, "-I", "-S", "-c", "bytearray(b'x' * 50_000_000)")
        self.assertGreater(took.megabytes, 50)

    def test_a_failure_ends_everything(self):
        with self.assertRaisesRegex(SystemExit, "bad luck"):
            run(sys.executable, "-I", "-S", "-c", "import sys; sys.exit('bad luck')")


if __name__ == "__main__":
    unittest.main()
