"""`pip install` of this folder, without a network."""
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def can_build():
    if any(importlib.util.find_spec(name) is None for name in ("pip", "setuptools")):
        return False
    version = tuple(int(part) for part in importlib.metadata.version("setuptools").split(".")[:2])
    return version >= (61, 0) and (version >= (70, 1) or importlib.util.find_spec("wheel") is not None)


class PackageTest(unittest.TestCase):
    @unittest.skipUnless(can_build(), "pip, setuptools 61 and wheel are needed to build without a network")
    def test_installed_package_is_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "source"), os.path.join(folder, "target")
            shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns("tests", "bench", "__pycache__", "*.egg-info", "build"))
            done = subprocess.run([sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--target",
                                   target, source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(0, done.returncode, done.stdout)
            expected = {os.path.relpath(os.path.join(place, name), os.path.join(ROOT, "src"))
                        for place, _, names in os.walk(os.path.join(ROOT, "src", "gradwatch")) for name in names if name.endswith(".py")}
            installed = {os.path.relpath(os.path.join(place, name), target)
                         for place, _, names in os.walk(os.path.join(target, "gradwatch")) for name in names if name.endswith(".py")}
            self.assertEqual(expected, installed)
            shown = subprocess.run([sys.executable, "-c", "import sys, gradwatch; print(gradwatch.__version__, 'torch' in sys.modules)"],
                                   env=dict(os.environ, PYTHONPATH=target), stdout=subprocess.PIPE, text=True)
            self.assertEqual("0.1.0 False", shown.stdout.strip())


if __name__ == "__main__":
    unittest.main()
