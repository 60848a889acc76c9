"""The command ``python -m seglib.train``; what it does is in `seglib.training.train`."""

from seglib.training.train import main

if __name__ == "__main__":
    main()
