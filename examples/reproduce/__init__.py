"""Published results, got again with edgewise: ``make reproduce``, or ``python -m examples.reproduce ROW``.

One file per field, each read on its own: how to get that figure. ``row.py`` says what a row is, ``record.py`` keeps
what was run, ``table.py`` writes ``docs/results.md``, ``catalog.py`` lists the files.
"""
