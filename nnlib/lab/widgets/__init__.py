"""The widgets of the lessons, one module each.

Every widget has the same parts: settings; ``compute``, from settings to a result; ``View``, which
draws a result for the room there is and says in words what it shows; and the controls. Its function
``show`` puts it on the page.

- :mod:`.kit`: the stage that all of them stand on
- :mod:`.panes`: parts of pictures that several of them draw
- :mod:`.run_widget`: what those have in common that train
"""
