"""The command ``python -m seglib.tune_crf``; what it does is in `seglib.training.tune_crf`."""

from seglib.training.tune_crf import main

if __name__ == "__main__":
    main()
