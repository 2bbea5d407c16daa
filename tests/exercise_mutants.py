"""Mutants of the published solutions: each changed in one place, by machine."""

import ast
import functools

from cell_names import names_of
from exercise_cells import find
from pages import NOTEBOOKS, read

from nnlib import activations
from nnlib.lab.checks import variants

WRAPPED = {
    "rounded": "np.round({}, 2)",
    "rounded to three decimals": "np.round({}, 3)",
    "cut off at 1": "np.clip({}, -1, 1)",
    "without its sign": "np.abs({})",
    "a thousandth too large": "1.001 * np.asarray({})",
    "a little added": "np.asarray({}) + 1e-3",
    "put through a sigmoid": "sigmoid(np.asarray({}))",
    "as whole numbers": "np.asarray({}).astype(int)",
    "turned round": "np.asarray({})[::-1]",
    "nan as 0": "np.nan_to_num({})",
    "only the first": "np.asarray({})[:1]",
    "with one axis less": "np.squeeze({})",
    "transposed": "np.transpose({})",
}
PREPARED = {
    "probabilities for logits": "sigmoid({})",
    "clipped": "np.clip({}, -30, 30)",
    "clipped at 500": "np.clip({}, -500, 500)",
    "rounded": "np.round({}, 1)",
    "transposed": "np.transpose({})",
    "without the last row": "{}[:-1]",
    "the first row for all": "{}[:1] + 0 * {}",
    "without its mean": "{} - np.mean({})",
    "without its sign": "np.abs({})",
}


def mutants(source):
    """Yield all mutants of the source of a function: (what is different, ast.Module)."""
    yield from variants.variants(source)
    tree = ast.parse(source)
    function = tree.body[-1]
    for node in ast.walk(function):
        if isinstance(node, ast.Return):
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for part in parts:
                for words, code in WRAPPED.items():
                    new = ast.parse(code.format(ast.unparse(part)), mode="eval").body
                    yield f"the result {words}", with_change(tree, part, new)
            for i in range(len(parts)):
                for j in range(i):
                    swapped = [*parts]
                    swapped[i], swapped[j] = swapped[j], swapped[i]
                    new = ast.Tuple(swapped, ast.Load())
                    yield "results swapped", with_change(tree, node.value, new)
    first = function.body[0]
    for argument in function.args.args:
        for words, code in PREPARED.items():
            line = ast.parse(f"{argument.arg} = {code.replace('{}', argument.arg)}").body[0]
            both = ast.If(ast.Constant(True), [line, first], [])
            yield f"{argument.arg} {words}", with_change(tree, first, both)


def with_change(tree, target, new):
    return ast.fix_missing_locations(variants.replaced(tree, target, new))


@functools.cache
def solutions():
    """The functions of the published solutions: (source, namespace, name) by the exercise."""
    found = {}
    for path in NOTEBOOKS.glob("*.ipynb"):
        notebook = read(path)
        for cells in find(notebook):
            tree = ast.parse(cells.solution)
            name = tree.body[-1].value.args[1]
            functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
            if isinstance(name, ast.Name) and name.id in functions:
                source = ast.unparse(functions[name.id])
                found[cells.number] = source, namespace_of(notebook, cells), name.id
    return found


def namespace_of(notebook, cells):
    """What a solution finds in its notebook: the lines above that it needs, solved, are run."""
    solved = {other.index: other.solution for other in find(notebook)}
    lines = [
        ast.unparse(line)
        for i, cell in enumerate(notebook.cells[: cells.index])
        if cell.cell_type == "code"
        for line in ast.parse(solved.get(i, cell.source)).body
        if not isinstance(line, ast.Expr)
    ]
    wanted, needed = names_of(cells.solution)[0], []
    for line in reversed(lines):
        used, assigned = names_of(line)
        if assigned & wanted:
            needed.append(line)
            wanted = (wanted - assigned) | used
    namespace = {**vars(activations)}
    for line in reversed(needed):
        exec(compile(line, "<notebook>", "exec"), namespace)
    return namespace
