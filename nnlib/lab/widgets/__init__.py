"""The widgets of the lessons, one module each, on a shared foundation.

Every widget has the same four parts: settings; ``compute``, from settings to a result; ``draw``,
from a result to a picture and its description; and thin controls on top. Its function ``show``
puts it on the page.

- :mod:`.controls`: sliders with a number box, menus, buttons
- :mod:`.picture`: a picture with its description as alternative text and as a caption
- :mod:`.runner`: work in the background, of which only the newest counts
- :mod:`.panel`: controls, picture and messages together, on the page
"""
