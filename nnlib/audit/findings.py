"""What an audit can find: the kinds, a finding, and the report that holds them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

SEVERITIES = ("wrong", "suspicious", "note")


@dataclass(frozen=True)
class Kind:
    """A kind of finding: what it usually is, what to do, and where the lessons explain it.

    Attributes
    ----------
    usually, what_to_do : str
    section : str
        The number of the section that explains it.
    follows_from : tuple of str
        Kinds whose consequence it is, where one of them is found too.
    """

    usually: str
    what_to_do: str
    section: str
    follows_from: tuple[str, ...] = ()  # where one of these is found too, this is its consequence


# In the order in which to mend them: what comes first can be the reason for what comes later.
KINDS: dict[str, Kind] = {
    "data_type": Kind(
        "Whole numbers of 8 bits wrap around at 256, truth values cannot be subtracted, and "
        "texts are no numbers.",
        "Convert once, before anything else: X = np.asarray(X, dtype=float).",
        "7.8",
    ),
    "target_shape": Kind(
        "NumPy stretches (n,) against (n, 1) into an (n, n) table without an error.",
        "Give y exactly the shape of the predictions: y.reshape(predictions.shape), or one "
        "column a class for class numbers.",
        "2.6",
        ("data_type",),
    ),
    "samples_as_columns": Kind(
        "Some programs hold samples as rows, others as columns.",
        'Say which: samples="columns", or samples={"X": "rows", "y": "columns"}.',
        "2.6",
    ),
    "target_range": Kind(
        "The output's activation cannot reach such a target, so the loss cannot become small.",
        "Bring the targets into the range of the output, or choose another output activation.",
        "3.10",
        ("target_shape",),
    ),
    "class_missing": Kind(
        "Data that are sorted by class were split or cut without being shuffled first.",
        "Shuffle rows and labels together before you split, and count the classes in each part.",
        "8.2",
    ),
    "raises": Kind(
        "The shapes or the types are not the ones that the function was written for.",
        "Call it by hand with the same arguments, and read the last line of the error.",
        "2.4",
        ("target_range", "target_shape", "data_type", "samples_as_columns"),
    ),
    "integer_parameters": Kind(
        "An array made of whole numbers stays one: each step is cut off to a whole number.",
        "Make the parameters floats: np.array(W, dtype=float).",
        "5.3",
    ),
    "changes_its_arguments": Kind(
        "An operator such as -=, or an assignment to X[...], works on the caller's own array.",
        "Work on a copy: X = X.copy(), or write X = X - mean instead of X -= mean.",
        "5.3",
    ),
    "pairs_broken": Kind(
        "The rows of X were shuffled and those of y were not, or in another order.",
        "Draw one order and use it for both: order = rng.permutation(n); X[order], y[order].",
        "5.9",
    ),
    "loss_random": Kind(
        "Dropout, noise or a random batch inside the loss or the prediction.",
        "Leave the randomness out where you measure; pass the noisy loss as training_loss.",
        "7.7",
    ),
    "samples_mixed": Kind(
        "A sum, a mean or a softmax runs over the samples where it should run over the outputs.",
        "Look at each axis: with samples as rows a softmax sums over axis=1, keepdims=True.",
        "8.3",
        ("loss_random",),
    ),
    "data_scale": Kind(
        "Inputs far from the range of -1 to 1 drive the neurons to where they are flat, and make "
        "the loss steep.",
        "Scale each column: X = (X - X.mean(axis=0)) / X.std(axis=0), or pixels / 255.",
        "5.10",
    ),
    "neurons_alike": Kind(
        "Neurons that start alike get the same gradient and stay alike: they are one neuron.",
        "Start with random weights; biases may start at 0.",
        "7.8",
    ),
    "saturated": Kind(
        "The weighted sums are so large that the activation is flat, and no gradient comes back.",
        "Start with smaller weights, for example divided by the root of the number of inputs.",
        "1.6",
        ("data_scale",),
    ),
    "dead": Kind(
        "A ReLU that is off for every sample has slope 0: its own weights get no gradient.",
        "Start with smaller weights and biases of 0, or take a smaller rate.",
        "1.8",
        ("data_scale", "neurons_alike"),
    ),
    "state_kept": Kind(
        "Something from the call before is added, or a counter moves on inside the function.",
        "Start each call from zeros: a gradient depends on its arguments alone.",
        "7.7",
    ),
    "same_array_returned": Kind(
        "The function fills one array of its own and returns that array each time.",
        "Return a new array: np.zeros_like(...) inside the function, or .copy() at the end.",
        "5.3",
        ("state_kept",),
    ),
    "samples_unused": Kind(
        "A loop over batches ends before the last, incomplete batch, or a row index is fixed.",
        "Let the last batch be shorter: range(0, n, batch_size) and X[i:i + batch_size].",
        "5.9",
        ("same_array_returned",),
    ),
    "loss_formula": Kind(
        "The number that is shown is not the number that is descended.",
        "Write down one loss, derive its gradient, and show that loss.",
        "3.8",
        (
            "target_shape",
            "loss_random",
            "samples_mixed",
            "target_range",
            "data_type",
            "samples_unused",
        ),
    ),
    "weight_term": Kind(
        "A penalty on the weights that stands on one side only, or with the wrong sign.",
        "Put the penalty into the loss, and its slope, with the same factor, into the gradient.",
        "5.12",
    ),
    "gradient_sign": Kind(
        "A minus too many or too few: the error was taken the other way round.",
        "With error = output - y, subtract; with error = y - output, add.",
        "4.5",
        ("loss_formula", "weight_term"),
    ),
    "gradient_scale": Kind(
        "A sum where the loss is a mean, or a division that is done twice.",
        "Divide the output's delta once by what the loss is divided by, and nothing after it.",
        "3.8",
        ("loss_formula", "gradient_sign", "samples_unused"),
    ),
    "axis_missing": Kind(
        "The sum runs over samples and neurons, so that all biases of a layer get one number.",
        "Sum over the samples alone: delta.sum(axis=0, keepdims=True) if samples are rows.",
        "4.4",
        ("loss_formula",),
    ),
    "slope_of_a": Kind(
        "The derivative was written for the weighted sum and is given the activation, or the "
        "other way round.",
        "With a = sigmoid(z) the slope is a * (1 - a), and with a = tanh(z) it is 1 - a**2.",
        "1.5",
        ("loss_formula",),
    ),
    "slope_missing": Kind(
        "The error goes back through the weights and not through the activation. A mask such as "
        "a >= 0, taken of a ReLU's output, is always open and leaves the slope out as well.",
        "Multiply by the activation's derivative: delta1 = delta2 @ W2.T * slope1.",
        "4.4",
        ("loss_formula",),
    ),
    "product_wrong": Kind(
        "A matrix product with the wrong factor, or without its transpose, whose shapes fit.",
        "Write the shape of each factor beside it, and test with sizes that are all different.",
        "4.4",
        ("loss_formula",),
    ),
    "gradient_wrong": Kind(
        "A term of the derivation is lost or doubled.",
        "Derive this one equation again, and check it with a single sample.",
        "4.10",
        (
            "loss_formula",
            "samples_mixed",
            "target_shape",
            "weight_term",
            "gradient_sign",
            "samples_unused",
            "state_kept",
            "changes_its_arguments",
            "data_type",
            "slope_of_a",
            "slope_missing",
            "product_wrong",
            "axis_missing",
            "gradient_scale",
        ),
    ),
    "nothing_compared": Kind(
        "Where both sides are 0, any formula is right: the neurons are dead or saturated, or the "
        "parameter is not used.",
        "Audit again with other parameters, at which the neurons are awake.",
        "7.8",
        ("dead", "saturated", "data_scale", "neurons_alike"),
    ),
    "at_a_corner": Kind(
        "A ReLU has no slope exactly at 0, so there is nothing to compare there.",
        "Nothing is wrong with it; with small random biases the corner is avoided.",
        "1.8",
    ),
    "parameter_shape": Kind(
        "NumPy broadcasts in p = p - rate * g, and the parameter grows into a table.",
        "Give the gradient the shape of its parameter; p -= rate * g would have raised an error.",
        "2.6",
        ("integer_parameters", "target_shape"),
    ),
    "updated_too_early": Kind(
        "The weights of a layer are changed before the error has gone back through them.",
        "Compute all gradients first, then change all parameters.",
        "4.5",
    ),
    "parameter_not_moved": Kind(
        "The parameter is missing in the update, or a copy of it was changed.",
        "Update every parameter, and look whether it has changed afterwards.",
        "5.3",
        ("integer_parameters", "neurons_alike", "dead", "saturated", "data_scale"),
    ),
    "optimizer_formula": Kind(
        "A power, a root, a correction or an order of lines differs from the published algorithm.",
        "Compare it line by line with nnlib.optimizers: one counter for all parameters, the "
        "correction to the power of the step.",
        "8.5",
        ("pairs_broken", "same_array_returned"),
    ),
    "step_not_gradient": Kind(
        "The update uses something else than the gradient times the rate.",
        "Print (before - after) / rate beside the gradient, parameter by parameter.",
        "5.3",
        (
            "integer_parameters",
            "parameter_shape",
            "updated_too_early",
            "parameter_not_moved",
            "optimizer_formula",
            "samples_unused",
            "pairs_broken",
            "data_scale",
            "same_array_returned",
        ),
    ),
    "divergence": Kind(
        "Each step overshoots, and the next one overshoots further.",
        "Divide the learning rate by 10, and again if it is not enough.",
        "5.10",
        ("gradient_sign", "data_scale", "step_not_gradient", "gradient_scale", "weight_term"),
    ),
    "step_too_long": Kind(
        "The gradient is right, and the step along it goes too far.",
        "Divide the learning rate by 10, and again if it is not enough.",
        "5.10",
        ("divergence", "gradient_sign", "data_scale", "gradient_scale"),
    ),
    "cannot_memorise": Kind(
        "The way from the input to the output is interrupted, or too poor: no activation between "
        "two layers, dead neurons, a start from which nothing moves.",
        "Get eight samples right first; only then train on all of them.",
        "7.7",
    ),
    "printed_number": Kind(
        "It is the number of the last batch, counts entries for samples, or compares class "
        "numbers with columns.",
        "Compute it from all predictions at once, as the numbers above were.",
        "7.8",
        ("target_shape", "samples_mixed", "loss_random"),
    ),
}

# The sitting that holds a section, by its title.
SITTINGS = {
    "1.5": "1b. The slope: how strongly does a neuron react?",
    "1.6": "1b. The slope: how strongly does a neuron react?",
    "1.8": "1c. Two relatives: what else can a neuron's curve be?",
    "2.4": "2a. A network as matrices: how do many neurons work together?",
    "2.6": "2d. Shapes that fit by accident: which mistakes raise no error?",
    "3.8": "3e. Sum or mean, and which loss for what",
    "3.10": "3e. Sum or mean, and which loss for what",
    "4.4": "4b. The four equations",
    "4.5": "4d. One step downhill, with every number on it",
    "4.10": "4c. Is the gradient right?",
    "5.3": "5a. Downhill, one step at a time",
    "5.9": "5f. Mini-batches: a rough gradient, many times",
    "5.10": "5e. Steps that are too large",
    "5.12": "5g. Data that training never sees",
    "7.7": "7c. The ward: four right gradients",
    "7.8": "7b. Why does mine not learn?",
    "8.2": "8a. Handwritten digits: three sets and a softmax",
    "8.3": "8a. Handwritten digits: three sets and a softmax",
    "8.5": "8d. Three ways to step",
}

# What comes of these in a gradient or a step is not said beside them.
ROOTS = (
    "data_type", "target_shape", "target_range", "loss_random", "samples_mixed",
    "changes_its_arguments", "state_kept",
)  # fmt: skip
OF_A_GRADIENT = (
    "gradient_wrong", "gradient_scale", "gradient_sign", "axis_missing", "slope_of_a",
    "slope_missing", "product_wrong", "weight_term", "optimizer_formula", "step_not_gradient",
)  # fmt: skip

# A wrong slope, product or step makes all of these; they are not said beside it.
SYMPTOMS = ("cannot_memorise", "step_too_long", "divergence", "nothing_compared", "saturated")


@dataclass(frozen=True)
class Finding:
    """One thing that an audit found.

    Attributes
    ----------
    kind : str
        A key of :data:`nnlib.audit.KINDS`.
    severity : str
        "wrong", "suspicious" or "note".
    where : str
        The parameter, the function or the data.
    seen : str
        What was seen, with the numbers.
    follows : tuple of str
        What else was seen, and is a consequence of this.
    entries : tuple of str
        The entries that are off, with their numbers, if it is about entries.
    advice : tuple of str
        What it usually is and what to do, where that differs from the rest of its kind.
    """

    kind: str
    severity: str
    where: str
    seen: str
    follows: tuple[str, ...] = ()
    entries: tuple[str, ...] = field(default=(), compare=False)
    advice: tuple[str, str] | None = field(default=None, compare=False)

    @property
    def usually(self) -> str:
        """What such a finding usually is."""
        return self.advice[0] if self.advice else KINDS[self.kind].usually

    @property
    def what_to_do(self) -> str:
        """What to do about it."""
        return self.advice[1] if self.advice else KINDS[self.kind].what_to_do

    @property
    def section(self) -> str:
        """The section of the lessons that explains it, and the sitting that holds it."""
        section = KINDS[self.kind].section
        return f"{section}, in {SITTINGS[section]}"

    def __str__(self) -> str:
        lines = [f"{self.severity.upper()}  {self.kind}  ({self.where})"]
        parts = [("seen", self.seen), ("usually", self.usually), ("do", self.what_to_do)]
        parts += [("entries", ", ".join(self.entries))] * bool(self.entries)
        parts += [("follows", text) for text in self.follows]
        parts.append(("explained", f"section {self.section}"))
        for label, text in parts:
            lines.append(
                textwrap.fill(text, 79, initial_indent=f"  {label:<11}", subsequent_indent=" " * 13)
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class Report:
    """What an audit found, what it compared, and what it could not look at.

    ``bool(report)`` is True only where nothing wrong was found and something was compared.

    Attributes
    ----------
    findings : tuple of Finding
        In the order in which to mend them.
    compared : tuple of str
        What was compared and is in order.
    not_looked_at : tuple of str
        What could not be looked at, and what to pass so that it can.
    """

    findings: tuple[Finding, ...]
    compared: tuple[str, ...]
    not_looked_at: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.compared) and not any(f.severity == "wrong" for f in self.findings)

    def __str__(self) -> str:
        wrong = sum(finding.severity == "wrong" for finding in self.findings)
        if wrong:
            first = f"{wrong} thing{'s' * (wrong > 1)} wrong. Mend the first, then audit again."
        elif self.compared:
            first = "Nothing wrong was found in what was compared."
        else:
            first = "Nothing was compared: pass more of the program."
        parts = [first, *map(str, self.findings)]
        for title, lines in [("Compared", self.compared), ("Not looked at", self.not_looked_at)]:
            if lines:
                parts.append("\n".join([f"{title}:", *(f"  - {line}" for line in lines)]))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        """Return the report as a table, which a notebook shows."""
        head = "".join(
            f"<th style='text-align:left'>{title}</th>"
            for title in ("severity", "kind", "where", "what was seen, and what to do", "section")
        )
        rows = "".join(map(_row, self.findings))
        first, *rest = (escape(part) for part in str(self).split("\n\n"))
        lists = "".join(
            f"<p>{part.replace(chr(10), '<br>')}</p>"
            for part in rest
            if part.startswith(("Compared", "Not looked at"))
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<p><b>{first}</b></p>{table * bool(rows)}{lists}"


def _row(finding: Finding) -> str:
    """Return the row of the table for one finding, the offending entries marked."""
    marked = "".join(f"<br><mark>{escape(entry)}</mark>" for entry in finding.entries)
    follows = "".join(f"<br>Follows: {escape(text)}" for text in finding.follows)
    said = (
        f"{escape(finding.seen)}{marked}<br><i>{escape(finding.usually)}</i><br>"
        f"{escape(finding.what_to_do)}{follows}"
    )
    cells = [f"<b>{finding.severity}</b>", f"<code>{finding.kind}</code>", escape(finding.where)]
    cells += [said, escape(finding.section)]
    return "<tr>" + "".join(f"<td style='text-align:left'>{c}</td>" for c in cells) + "</tr>"


def escape(text: str) -> str:
    """Return the text so that HTML shows it as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings in the order in which to mend them, consequences under their causes."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    found = sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), order[f.kind]))
    result: list[Finding] = []
    for finding in found:
        cause = next((each for each in result if is_consequence(finding, each)), None)
        if cause is None:
            result.append(finding)
        elif finding.seen not in cause.follows and finding.seen != cause.seen:
            place = result.index(cause)
            result[place] = replace(cause, follows=(*cause.follows, finding.seen))
    return tuple(result)


def is_consequence(finding: Finding, cause: Finding) -> bool:
    """Say whether a finding follows from another one that is at least as severe."""
    if cause.severity == "note" or finding.severity == "note":
        return finding.severity == cause.severity == "note" and finding.kind == cause.kind
    if finding.kind == cause.kind:
        return True
    if finding.kind in OF_A_GRADIENT and cause.kind in ROOTS and cause.severity == "wrong":
        return True
    if finding.kind in SYMPTOMS and cause.severity == "wrong" and cause.kind not in SYMPTOMS:
        return True
    return cause.kind in KINDS[finding.kind].follows_from
