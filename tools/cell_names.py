"""Which names a cell uses, and which it assigns."""

import symtable


def names_of(source):
    """The global names that a cell uses, in its functions too, and those that it assigns."""
    cell = symtable.symtable(source, "cell", "exec")
    assigned = {
        symbol.get_name()
        for symbol in cell.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    used = {symbol.get_name() for symbol in cell.get_symbols() if symbol.is_referenced()}
    inner = cell.get_children()
    while inner:
        table = inner.pop()
        used |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
        inner += table.get_children()
    return used, assigned
