"""What all widgets stand on.

- :mod:`.controls`: what a reader can set
- :mod:`.painter`: a figure as a picture, again and again, fast
- :mod:`.jobs`: long work in slices, between which the page lives
- :mod:`.stage`: controls, picture, words and state together, on the page

``stage.js`` and ``stage.css`` are the page's side of it, ``record.js`` plays it without a kernel.
"""
