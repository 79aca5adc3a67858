"""Entry of a training job: one process of a launcher, or with `--check` a look beforehand."""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

if __name__ == "__main__":
    if "--check" in sys.argv:
        from waymark_train.check import main
    else:
        from waymark_train.main import main
    sys.exit(main(FOLDER))
