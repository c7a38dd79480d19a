"""The command line: parses, calls ``tasks``, prints. One file per command, whose heavy imports wait for its call."""

import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

from edgewise.errors import EdgewiseError

__all__ = ["main"]

_START = """\
edgewise train karate   train a first model; no download, a few seconds
edgewise open           look at its report in the browser
edgewise --help         everything else, such as training on your own tables"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Args:
        arguments: The words after ``edgewise``; ``None`` takes them from the command line.

    Returns:
        0 done · 1 it could not be done, with one line on standard error · 2 wrong usage · 130 Ctrl-C.

    Example:
        >>> main([])
        edgewise train karate   train a first model; no download, a few seconds
        edgewise open           look at its report in the browser
        edgewise --help         everything else, such as training on your own tables
        0
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    is_debugged = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if not words:
        print(_START)
        return 0
    try:
        return _run(words)
    except EdgewiseError as error:
        return _fail(error, 1, is_debugged=is_debugged)
    except KeyboardInterrupt as error:
        return _fail(error if str(error) else KeyboardInterrupt("stopped"), 130, is_debugged=is_debugged)
    except BrokenPipeError:
        # The reader, such as `head`, has gone: nobody is left to tell.
        with suppress(OSError):
            sys.stdout.close()
        return 1


def _run(words: Sequence[str]) -> int:
    from importlib.metadata import version

    from cyclopts import App, CycloptsError

    from edgewise.cli import data, env, evaluate, export, models, open, predict, show, train

    app = App(
        name="edgewise",
        help="Graph neural networks for PyTorch: train on your own tables or a named graph, look at what was learnt.",
        help_epilogue="Add --debug to any command for the full traceback of an error.",
        version=version("edgewise"),
        help_format="plaintext",  # Markdown would cost as much to import as all else
        suppress_keyboard_interrupt=False,
    )
    app.command(train.train)
    app.command(open.open_run, name="open")
    app.command(predict.predict)
    app.command(evaluate.evaluate, name="eval")
    app.command(show.show)
    app.command(models.models)
    app.command(export.export)
    app.command(env.env)
    app.command(data.app)
    try:
        return app(words, exit_on_error=False, print_error=False, result_action="return_value") or 0
    except CycloptsError as error:
        print(f"edgewise: {error} Try: edgewise --help", file=sys.stderr)
        return 2


def _fail(error: BaseException, code: int, *, is_debugged: bool) -> int:
    if is_debugged:
        traceback.print_exception(error)
    else:
        print("edgewise: " + " ".join(str(error).split()), file=sys.stderr)
    return code
