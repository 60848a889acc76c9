from seglib.prediction import *  # noqa: F403  temporary, until the tests are renamed
