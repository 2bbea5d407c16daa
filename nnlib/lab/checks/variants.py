"""The right answer with one thing changed: which change gives what the learner's function gives?

Of the reference of an exercise, variants are made from its source: an operator exchanged, a factor
left out, another array in an array's place. A variant is named only if it gives the learner's
results in every case, so whatever is said is true of them. The tests put variants of the published
solutions through the checks, too.
"""

import ast
import builtins
import contextlib
import inspect
import io
import textwrap
import tokenize
from itertools import pairwise
from types import FunctionType

from nnlib.lab.checks.observe import VARIANT

SIGNS = {
    ast.Add: "+",
    ast.Sub: "−",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.MatMult: "@",
    ast.Pow: "**",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
OTHER_OPERATORS = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add, ast.Mult],
    ast.Mult: [ast.Div, ast.Add, ast.Sub, ast.MatMult],
    ast.Div: [ast.Mult, ast.Sub, ast.FloorDiv],
    ast.MatMult: [ast.Mult, ast.Add],
    ast.Pow: [ast.Mult, ast.Add],
    ast.Gt: [ast.GtE, ast.Lt, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt, ast.LtE],
    ast.Lt: [ast.LtE, ast.Gt, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt, ast.GtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
}
OTHER_FUNCTIONS = {
    "mean": ["sum", "max", "min", "median"],
    "sum": ["mean", "max", "prod"],
    "max": ["min", "mean", "sum"],
    "min": ["max", "mean"],
    "median": ["mean", "min", "max", "sum"],
    "std": ["var"],
    "log": ["log2", "log10", "log1p"],
    "exp": ["expm1", "exp2"],
    "argmax": ["argmin"],
    "maximum": ["minimum"],
    "logaddexp": ["maximum", "logaddexp2"],
    "any": ["all"],
    "all": ["any"],
    "diag": ["trace"],
    "sigmoid": ["relu", "tanh"],
    "tanh": ["sigmoid", "relu"],
    "sigmoid_derivative": ["tanh_derivative", "relu_derivative"],
    "tanh_derivative": ["sigmoid_derivative"],
    "zeros": ["ones"],
    "ones": ["zeros"],
}


def variants(source, known=()):
    """Make all variants of a piece of source.

    Parameters
    ----------
    source : str
    known : iterable of str
        The names that the reader knows: of arguments and results. Others are not mentioned.

    Yields
    ------
    (str, ast.Module)
        What is different, as the end of "This looks like: …", and the changed source.
    """
    tree = ast.parse(source)
    seen = {ast.dump(tree)}
    for target, new, words in changes(tree, set(known)):
        changed = ast.fix_missing_locations(replaced(tree, target, new))
        mark = ast.dump(changed)
        if mark not in seen:
            seen.add(mark)
            yield words, changed


def replaced(node, target, new):
    """Return a copy of a tree with ``new`` in the place of ``target``; None takes it out."""
    if node is target:
        return new
    if isinstance(node, list):
        items = [replaced(item, target, new) for item in node]
        return [item for item in items if item is not None] or [ast.Pass()] * bool(node)
    if not isinstance(node, ast.AST):
        return node
    fields = {name: replaced(value, target, new) for name, value in ast.iter_fields(node)}
    return ast.copy_location(type(node)(**fields), node)


def changes(tree, known):
    """All changes of a tree: (node, what comes in its place, words)."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = names_in(function)
            for statement in function.body:
                for node in ast.walk(statement):
                    yield from of_node(node, names, known)
                    if isinstance(node, ast.Assign | ast.Return):
                        yield from of_brackets(node)
            yield from of_body(function)


def names_in(function):
    """The names that a function is given or assigns, without those of functions."""
    arguments = [argument.arg for argument in function.args.args]
    stored = [
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return [*dict.fromkeys([*arguments, *stored])]


def of_node(node, names, known):
    kind = type(node).__name__
    if kind in CHANGES:
        yield from CHANGES[kind](node, names, known)
    if isinstance(node, (ast.BinOp, ast.Call)):
        yield node, ast.UnaryOp(ast.USub(), node), "a sign turned round"
        yield node, times(node, 2), "a factor of 2 too many"
        yield node, ast.BinOp(node, ast.Div(), ast.Constant(2)), "a factor of 2 missing"


def of_brackets(statement):
    """A pair of brackets left out, wherever the line can be read without it."""
    text = ast.unparse(statement)
    tokens = [*tokenize.generate_tokens(io.StringIO(text).readline)]
    open_ones = []
    for i, token in enumerate(tokens):
        if token.string == "(":
            before = tokens[i - 1] if i else None
            called = before and (before.type == tokenize.NAME or before.string in ")]")
            open_ones.append(None if called and before.string != "return" else token.start[1])
        elif token.string == ")":
            start, end = open_ones.pop(), token.start[1]
            if start is not None:
                with contextlib.suppress(SyntaxError):
                    without = ast.parse(f"{text[:start]}{text[start + 1 : end]}{text[end + 1 :]}")
                    if len(without.body) == 1:  # a return stands outside of a function here
                        yield statement, without.body[0], "brackets left out"


def of_brackets_too_many(node):
    """A sum taken into a product that stands beside it: a * (b + c) where a * b + c is meant."""
    words = "a sum in brackets where it stands alone"
    for side, other in (("left", "right"), ("right", "left")):
        product = getattr(node, side)
        if isinstance(product, ast.BinOp) and isinstance(product.op, (ast.Mult, ast.MatMult)):
            near = getattr(product, other)  # the factor that the other term would join
            pair = (near, node.right) if side == "left" else (node.left, near)
            inside = ast.BinOp(pair[0], node.op, pair[1])
            factors = {side: getattr(product, side), other: inside}
            yield node, ast.BinOp(factors["left"], product.op, factors["right"]), words


def times(node, number):
    return ast.BinOp(ast.Constant(number), ast.Mult(), node)


def name_of(node, known, otherwise):
    """What an operand is called, if the reader knows it by its name."""
    if isinstance(node, ast.Name) and node.id in known:
        return node.id
    return str(node.value) if isinstance(node, ast.Constant) else otherwise


def of_operation(node, names, known):
    sign = SIGNS.get(type(node.op), "?")
    for other in OTHER_OPERATORS.get(type(node.op), []):
        words = f"a {SIGNS[other]} where a {sign} is meant"
        yield node, ast.BinOp(node.left, other(), node.right), words
    if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
        yield (
            node,
            ast.BinOp(node.right, node.op, node.left),
            f"the two sides of a {sign} exchanged",
        )
    if isinstance(node.op, ast.Sub):
        without_sign = ast.Call(ast.Name("abs", ast.Load()), [node], [])
        yield node, without_sign, "a difference without its sign"
        yield node, ast.BinOp(node, ast.Pow(), ast.Constant(2)), "a difference squared"
    if isinstance(node.op, (ast.Add, ast.Sub)):
        yield from of_brackets_too_many(node)
        yield node, node.left, f"{name_of(node.right, known, 'a term')} left out"
        yield node, node.right, f"{name_of(node.left, known, 'a term')} left out"
    elif isinstance(node.op, (ast.Mult, ast.MatMult)):
        yield (
            node,
            node.left,
            f"the factor {name_of(node.right, known, '')} left out".replace("  ", " "),
        )
        yield (
            node,
            node.right,
            f"the factor {name_of(node.left, known, '')} left out".replace("  ", " "),
        )
        if isinstance(node.left, ast.UnaryOp):  # -t * z is (-t) * z
            factor = name_of(node.left.operand, known, "")
            yield (
                node,
                ast.UnaryOp(node.left.op, node.right),
                f"the factor {factor} left out".replace("  ", " "),
            )
    elif isinstance(node.op, (ast.Div, ast.FloorDiv)):
        by = name_of(node.right, known, "")
        yield node, node.left, f"a division{' by ' if by else ''}{by} left out"
        yield node, node.right, f"{name_of(node.left, known, 'what is divided')} left out"
    elif isinstance(node.op, ast.Pow):
        yield node, node.left, "a power left out"
    if isinstance(node.op, ast.MatMult):
        yield (
            node,
            ast.BinOp(transposed(node.left), node.op, node.right),
            "a .T too many or too few",
        )
        yield (
            node,
            ast.BinOp(node.left, node.op, transposed(node.right)),
            "a .T too many or too few",
        )


def transposed(node):
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def of_comparison(node, names, known):
    for other in OTHER_OPERATORS.get(type(node.ops[0]), []):
        words = f"{SIGNS[other]} where {SIGNS[type(node.ops[0])]} is meant"
        yield node, ast.Compare(node.left, [other()], node.comparators), words


def of_constant(node, names, known):
    value = node.value
    if type(value) is bool:
        yield node, ast.Constant(not value), f"{not value} where {value} is meant"
    elif type(value) in (int, float):
        for other in dict.fromkeys([value + 1, value - 1, 0, -value, 2 * value, value / 2]):
            if other != value:
                other = int(other) if type(value) is int and other == int(other) else other
                yield node, ast.Constant(other), f"{other} where {value} is meant"


def of_name(node, names, known):
    if not isinstance(node.ctx, ast.Load) or node.id not in names:
        return
    for other in names:
        if other != node.id:
            both = {other, node.id} <= known
            words = f"{other} where {node.id} is meant" if both else "one array in another's place"
            yield node, ast.Name(other, ast.Load()), words


def of_attribute(node, names, known):
    if node.attr in ("T", "mT"):
        yield node, node.value, "a .T left out"
    if node.attr == "size":
        length = ast.Call(ast.Name("len", ast.Load()), [node.value], [])
        yield node, length, "the number of rows where the number of entries is meant"
        yield node, ast.Constant(1), "a division by the number of entries left out"


def of_call(node, names, known):
    function = node.func
    called = getattr(function, "attr", getattr(function, "id", ""))
    inner = function.value if is_method(function, names) else (node.args or [None])[0]
    for other in OTHER_FUNCTIONS.get(called, []):
        words = f"{other} where {called} is meant"
        new = (
            ast.Attribute(function.value, other, ast.Load())
            if isinstance(function, ast.Attribute)
            else ast.Name(other, ast.Load())
        )
        yield node, ast.Call(new, node.args, node.keywords), words
    if inner is not None:
        yield node, inner, f"{called} left out"
    if called == "len" and node.args:
        size = ast.Attribute(node.args[0], "size", ast.Load())
        yield node, size, "the number of entries where the number of rows is meant"
        yield node, ast.Constant(1), "a division by the number of rows left out"
    for i, (one, other) in enumerate(pairwise(node.args)):
        swapped = [*node.args[:i], other, one, *node.args[i + 2 :]]
        yield (
            node,
            ast.Call(function, swapped, node.keywords),
            f"two arguments of {called} exchanged",
        )
    for keyword in node.keywords:
        rest = [k for k in node.keywords if k is not keyword]
        value = ast.unparse(keyword.value)
        words = f"{keyword.arg}={value} left out"
        yield node, ast.Call(function, node.args, rest), words
        if keyword.arg == "axis":
            for other in (0, 1, -1, None):
                new = ast.keyword("axis", ast.Constant(other))
                words = f"axis={other} where axis={value} is meant"
                yield node, ast.Call(function, node.args, [*rest, new]), words
    if called == "range" and node.args:
        end = node.args[-1]
        for sign, words in (
            (ast.Sub(), "one turn of the loop too few"),
            (ast.Add(), "one turn of the loop too many"),
        ):
            new = ast.BinOp(end, sign, ast.Constant(1))
            yield node, ast.Call(function, [*node.args[:-1], new], node.keywords), words
        yield node, ast.Call(function, [ast.Constant(1)], []), "a loop that turns only once"


def is_method(function, names):
    """Whether a call is of the kind x.mean(): of an array's own method, not of np.mean."""
    if not isinstance(function, ast.Attribute):
        return False
    return not (isinstance(function.value, ast.Name) and function.value.id not in names)


def of_result(node, names, known):
    if isinstance(node.value, ast.Tuple):
        for one, other in pairwise(node.value.elts):
            yield one, other, "one result given twice"
            yield other, one, "one result given twice"


def of_update(node, names, known):
    for other in OTHER_OPERATORS.get(type(node.op), [])[:2]:
        words = f"a {SIGNS[other]}= where a {SIGNS[type(node.op)]}= is meant"
        yield node, ast.AugAssign(node.target, other(), node.value), words
    yield node, ast.Assign([node.target], node.value), "a = where something is to be added up"
    yield node, None, "a line left out"


def of_assignment(node, names, known):
    if isinstance(node.targets[0], ast.Name):
        name = name_of(node.targets[0], known, "")
        yield node, None, f"the line of {name} left out" if name else "a line left out"


def of_loop(node, names, known):
    if not node.orelse:
        for statement in node.body:
            yield statement, None, "a line of the loop left out"


def of_choice(node, names, known):
    yield node.test, ast.UnaryOp(ast.Not(), node.test), "a condition turned round"


def of_body(function):
    """A return that stands inside the last loop, at its end."""
    if len(function.body) < 2:
        return
    before, last = function.body[-2:]
    if isinstance(before, ast.For) and isinstance(last, ast.Return):
        inside = ast.For(before.target, before.iter, [*before.body, last], [])
        yield before, inside, "a return inside the loop"


CHANGES = {
    "BinOp": of_operation,
    "UnaryOp": lambda node, names, known: [(node, node.operand, "a minus left out")],
    "Compare": of_comparison,
    "Constant": of_constant,
    "Name": of_name,
    "Attribute": of_attribute,
    "Call": of_call,
    "Return": of_result,
    "AugAssign": of_update,
    "Assign": of_assignment,
    "For": of_loop,
    "IfExp": of_choice,
}


# ---------------------------------------------------------------------- of a function that exists


def functions_like(function, known=()):
    """Yield the variants of a function, ready to be called: (words, function)."""
    try:
        source = "\n\n".join(textwrap.dedent(inspect.getsource(f)) for f in parts_of(function))
        all_of_them = variants(source, known)
        yield from ready(all_of_them, function.__globals__, function.__name__)
    except (OSError, SyntaxError, TypeError, AttributeError):  # no source, or not of a function
        return


def ready(all_of_them, namespace, name):
    """Compile variants in a namespace, and yield the function of this name of each."""
    for words, tree in all_of_them:
        own = dict(namespace)
        exec(compile(tree, VARIANT, "exec"), own)
        yield words, own[name]


def parts_of(function):
    """A function, and those of its own module that it calls."""
    found, names = [function], [*function.__code__.co_names]
    while names:
        other = function.__globals__.get(names.pop())
        if (
            type(other) is FunctionType
            and other not in found
            and other.__module__ == function.__module__
            and not hasattr(builtins, other.__name__)
        ):
            found.append(other)
            names += other.__code__.co_names
    return found
