"""``edgewise models``: the models that have a name."""

__all__ = ["models"]


def models() -> None:
    """List the models that --model knows, what each does, and which estimators take it.

    Example: edgewise models
    """
    from edgewise.runs.describe import describe_models

    for name, tasks, words in describe_models():
        print(f"{name:<6} {words}\n       {tasks}")
