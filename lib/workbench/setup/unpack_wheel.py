"""Takes the C library and headers of TensorFlow, and NVIDIA's libraries, out of a wheel.

usage: unpack_wheel.py WHEEL FOLDER
The layout keeps NVIDIA's libraries at FOLDER/nvidia, beside FOLDER/lib, where TensorFlow's own RUNPATH looks for them.
"""

import os
import shutil
import sys
import zipfile

LIBRARIES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")
# The C interface and what its headers include.
HEADERS = ("tensorflow/c/", "tensorflow/core/platform/", "tensorflow/tsl/", "tsl/", "xla/tsl/", "external/local_tsl/")


def destination(name):
    """Where a file of the wheel goes below the folder, or None for a file that is not needed."""
    if name.startswith("nvidia/"):
        return None if name.endswith("/") or "/include/" in name else name
    if not name.startswith("tensorflow/"):
        return None
    inner = name[len("tensorflow/"):]
    if inner in LIBRARIES:
        return "lib/" + inner
    if inner.startswith("include/") and inner.endswith(".h") and inner[len("include/"):].startswith(HEADERS):
        return inner
    return None


def main(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            place = destination(name)
            if place is None:
                continue
            target = os.path.join(folder, place)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(name) as source, open(target, "wb") as out:
                shutil.copyfileobj(source, out, 1 << 22)
            if "/bin/" in place:
                os.chmod(target, 0o755)


if __name__ == "__main__":
    main(*sys.argv[1:])
