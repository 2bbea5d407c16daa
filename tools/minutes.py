"""How long a notebook takes a first-time learner who does everything, in minutes, by section.

usage: python tools/minutes.py [NOTEBOOK ...]      (default: all; make minutes)

It is an estimate. The weights are a non-negative least-squares fit to what first-time readers of
three kinds needed for 72 sections of the series, exercises done and guesses made (R² 0.80, root
mean square error 4 minutes a section, the sum right to 1 %).
"""

import json
import re
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WEIGHTS = {  # minutes each
    "words": 1 / 53,
    "code lines": 0.17,
    "figures": 1.5,
    "exercises": 7.5,
    "widgets": 5.6,
}
PICTURES = {"image/png", "image/svg+xml"}


def sections(path):
    """Yield (title, counts) for each part that a heading of level 1 or 2 opens."""
    title, counts = path.stem, dict.fromkeys(WEIGHTS, 0)
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            count_code(source, cell["outputs"], counts)
            continue
        visible = re.sub(r"<details>.*?</details>", "", source, flags=re.S)
        for block in re.split(r"(?m)^(?=#{1,2} )", visible):
            heading = re.match(r"#{1,2} (.+)", block)
            if heading and any(counts.values()):
                yield title, counts
                counts = dict.fromkeys(WEIGHTS, 0)
            title = heading[1].strip() if heading else title
            text = re.sub(r"\$\$.*?\$\$", " a formula is five words ", block, flags=re.S)
            counts["words"] += len(re.findall(r"\w[\w'’.-]*", text))
    if any(counts.values()):
        yield title, counts


def count_code(source, outputs, counts):
    """Add a code cell to the counts. A widget is shown by ``show(…)``, a figure by its PNG."""
    counts["code lines"] += sum(bool(line.strip()) for line in source.splitlines())
    counts["exercises"] += bool(re.search(r"(?m)^check\(", source))
    shows = re.search(r"(?m)^\w*\.?show\(", source)
    if shows and "figures" not in source and "style" not in source:
        counts["widgets"] += 1  # and the picture in its place is no figure
        return
    counts["figures"] += sum(bool(PICTURES & output.get("data", {}).keys()) for output in outputs)


def minutes(counts):
    return sum(WEIGHTS[name] * count for name, count in counts.items())


def of_notebook(path):
    """The minutes that a whole notebook takes."""
    return sum(minutes(counts) for _, counts in sections(path))


def main():
    for path in map(Path, sys.argv[1:] or sorted(NOTEBOOKS.glob("*.ipynb"))):
        for title, counts in sections(path):
            told = " ".join(f"{name} {count}" for name, count in counts.items() if count)
            print(f"  {minutes(counts):5.0f}  {title[:60]:60} {told}")
        print(f"{of_notebook(path):7.0f}  {path.stem}")


if __name__ == "__main__":
    main()
