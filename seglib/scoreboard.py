"""The command ``python -m seglib.scoreboard``; what it does is in `seglib.claims.scoreboard`."""

from seglib.claims.scoreboard import main

if __name__ == "__main__":
    main()
