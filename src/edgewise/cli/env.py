"""``edgewise env``: what a bug report needs to say."""

__all__ = ["env"]


def env() -> None:
    """Print versions, which kernels run and why, threads, processor and the cache folder.

    Example: edgewise env
    """
    from edgewise.tasks.environment import environment

    facts = environment()
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:<{width}}  {value}")
