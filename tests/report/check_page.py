#!/usr/bin/env python3
"""The page of `parfastq stats --html` stands alone: well-formed, no script, nothing from elsewhere,
a chart of each input in each section, names escaped; and it is the same for any layout.

    check_page.py PARFASTQ DATA
"""

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from wrong import conclude, expect


class Page(HTMLParser):
    """Counts what opens and closes; elements that HTML lets stand open are left out."""

    OPEN = {"meta", "br", "hr", "th", "tr", "td", "p"}

    def __init__(self):
        super().__init__()
        self.stack, self.tags, self.titles, self.names, self.unmatched = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.OPEN:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag in self.OPEN:
            return
        if not self.stack or self.stack.pop() != tag:
            self.unmatched.append(tag)

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "h2":
            self.titles.append(data)
        if self.stack[-2:] == ["h3", "span"] and data not in ("pass", "warn", "fail"):
            self.names.append(data)


def page_of(text):
    page = Page()
    page.feed(text)
    expect("elements left open", page.stack, [])
    expect("elements that do not match", page.unmatched, [])
    return page


def check_alone(text, page):
    expect("scripts", [tag for tag, _ in page.tags if tag in ("script", "link", "img", "iframe")],
           [])
    expect("addresses", re.findall(r"https?:|//[a-z]|url\(|@import", text), [])
    expect("handlers", [a for _, attributes in page.tags for a in attributes if a[:2] == "on"], [])
    expect("a dark screen, a narrow one, a printer",
           [word in text for word in ("prefers-color-scheme:dark", "max-width:600px", "@media print")],
           [True] * 3)
    for svg in re.findall(r"<svg.*?</svg>", text, re.S):
        drawing = xml.etree.ElementTree.fromstring(svg)
        numbers = re.findall(r"-?\d+\.?\d*", " ".join(
            element.get("d", "") for element in drawing.iter() if "line" in element.get("class", "")))
        expect("a line outside its frame", [n for n in numbers if not -1 <= float(n) <= 560], [])
    expect("numbers that are none", re.findall(r"\b(nan|inf)\b", text, re.I), [])


def main():
    program, data = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        odd = directory / "a<b>&c.fastq"
        odd.write_bytes((data / "sample_R1.fastq").read_bytes())
        out = directory / "page.html"

        def stats(*words):
            ended = subprocess.run([program, "stats", "-q", "-f", "--html", out, *map(str, words)],
                                   capture_output=True, text=True, timeout=60)
            expect(f"{words}", (ended.returncode, ended.stderr), (0, ""))
            return out.read_text()

        text = stats("-1", data / "sample_R1.fastq", "-2", data / "sample_R2.fastq")
        page = page_of(text)
        check_alone(text, page)
        expect("sections", len(page.titles), 8)
        expect("charts", text.count("<svg"), 14)
        expect("inputs side by side", page.names, ["sample_R1.fastq", "sample_R2.fastq"] * 8)
        again = stats("-t", 3, "--slice-size", "20k", "-1", data / "sample_R1.fastq", "-2",
                      data / "sample_R2.fastq")
        expect("the same page", again == text, True)

        text = stats(odd, data / "long_reads.fastq")
        page = page_of(text)
        check_alone(text, page)
        expect("a name with signs of HTML", page.names.count("a<b>&c.fastq"), 8)
        expect("a chart of long reads", "Length and quality" in page.titles, True)

        for name in ("empty", "zero_length", "one_record", "all_qualities"):
            text = stats(data / f"{name}.fastq")
            check_alone(text, page_of(text))
    return conclude()


if __name__ == "__main__":
    sys.exit(main())
