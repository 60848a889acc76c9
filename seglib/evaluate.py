"""The command ``python -m seglib.evaluate``; what it does is in `seglib.training.evaluate`."""

from seglib.training.evaluate import main

if __name__ == "__main__":
    main()
