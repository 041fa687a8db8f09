"""What check scripts have found wrong: told at the end, and their exit code."""

MOST = 40  # sentences; what is wrong in the same way many times is told often enough
SHOWN = 300  # characters of a value

WRONG = []


def wrong(sentence):
    WRONG.append(sentence)


def expect(what, got, want, same=None):
    """The two are equal, or `same` where a script has its own idea of that."""
    if not (got == want if same is None else same):
        wrong(f"{what}: {str(got)[:SHOWN]}, not {str(want)[:SHOWN]}")


def conclude(tried="", remark="", found=None):
    """Prints what is wrong, or `found` where a script keeps it elsewhere, and how much that is, of what
    was tried; the exit code."""
    found = WRONG if found is None else found
    for sentence in found[:MOST]:
        print(sentence)
    print(f"{tried}{len(found)} wrong{remark}")
    return 1 if found else 0
