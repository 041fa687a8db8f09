"""What the check scripts have found wrong: told at the end, and their exit code."""

MOST = 40  # sentences; what is wrong in the same way many times is told often enough
SHOWN = 300  # characters of a value

WRONG = []


def wrong(sentence):
    if len(WRONG) < MOST:
        WRONG.append(sentence)


def expect(what, got, want, same=None):
    """The two are equal, or `same` where a script has its own idea of that."""
    if not (got == want if same is None else same):
        wrong(f"{what}: {str(got)[:SHOWN]}, not {str(want)[:SHOWN]}")


def conclude(remark=""):
    """Prints what is wrong; the exit code."""
    for sentence in WRONG:
        print(sentence)
    print(f"{len(WRONG)} wrong{remark}")
    return 1 if WRONG else 0
