"""What a student hands in: one HTML file that needs nothing else, prints well, and was built when it was asked for.

Every text goes through `html.escape`, pictures are in the file as data URLs, and a policy in its head forbids it to run
or to fetch anything: it can be opened and sent on without a second thought.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass, field

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #16202b; background: #fff; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.8rem; }
h2 { font-size: 1.25rem; margin-top: 2.2rem; border-top: 1px solid #cfd6de; padding-top: 1rem; }
figure { display: inline-block; margin: 0 .6rem .6rem 0; max-width: 18rem; vertical-align: top; }
img { max-width: 100%; height: auto; } figcaption { font-size: .85rem; color: #47525e; }
table { border-collapse: collapse; margin: .6rem 0; } th, td { border: 1px solid #cfd6de; padding: .2rem .5rem; }
td { text-align: right; } th { text-align: left; }
.right { color: #00694a; font-weight: 600; } .wrong { color: #a33c00; font-weight: 600; }
@media print { h2 { break-after: avoid; } section { break-inside: avoid; } a::after { content: " (" attr(href) ")"; } }
"""


@dataclass(frozen=True)
class Picture:
    """A picture as it goes into the file."""

    title: str
    content: bytes = field(repr=False)  # JPEG
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Table:
    """Numbers as they are read: the first row is the head."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Question:
    """A question, what was answered, and what is right."""

    words: str
    answered: str = ""  # empty: declined
    right: str = ""  # empty: a question of taste
    because: str = ""
    votes: tuple[tuple[str, ...], ...] = ()  # a row an option: its name, and its votes in each round

    @property
    def is_right(self) -> bool | None:
        """Whether it was; None where nobody can say."""
        return self.answered == self.right if self.answered and self.right else None


@dataclass(frozen=True)
class Section:
    """One view that was looked at."""

    title: str
    claim: str
    link: str = ""
    notes: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()


def build(title: str, when: str, sections: Sequence[Section], questions: Sequence[Question]) -> str:
    """The report.

    >>> "&lt;b&gt;" in build("<b>", "today", [], [])
    True
    """
    judged = [question.is_right for question in questions if question.is_right is not None]
    score = f"<p>{sum(judged)} of {len(judged)} guesses were right.</p>" if judged else ""
    asked = "".join(map(_question, questions))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body>'
        f"<h1>{_text(title)}</h1><p>{_text(when)}</p>"
        + (f"<h2>Guesses</h2>{score}{asked}" if questions else "")
        + "".join(map(_section, sections))
        + "</body></html>"
    )


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _question(question: Question) -> str:
    parts = [f"<p><b>{_text(question.words)}</b></p>"]
    if question.answered:
        looks = {True: ("right", "right"), False: ("wrong", "not right"), None: ("", "")}[question.is_right]
        parts.append(f'<p>Answered: {_text(question.answered)} <span class="{looks[0]}">{looks[1]}</span></p>')
    if question.right:
        parts.append(f"<p>Measured: <b>{_text(question.right)}</b>. {_text(question.because)}</p>")
    if question.votes:
        rounds = len(question.votes[0]) - 1
        head = ("Votes of the class", *("first", "second")[:rounds])
        parts.append(_table(Table("", (head, *question.votes))))
    return "<section>" + "".join(parts) + "</section>"


def _section(section: Section) -> str:
    link = f'<p><a href="{_text(section.link)}">Open this view</a></p>' if section.link.startswith("http") else ""
    notes = "".join(f"<p>{_text(note)}</p>" for note in section.notes)
    pictures = "".join(map(_figure, section.pictures))
    tables = "".join(map(_table, section.tables))
    head = f"<h2>{_text(section.title)}</h2><p>{_text(section.claim)}</p>"
    return f"<section>{head}{pictures}{tables}{notes}{link}</section>"


def _figure(picture: Picture) -> str:
    content = base64.b64encode(picture.content).decode()
    caption = f"<b>{_text(picture.title)}</b> {_text(picture.caption)}"
    source = f"data:image/jpeg;base64,{content}"
    return f'<figure><img src="{source}" alt="{_text(picture.alt)}"><figcaption>{caption}</figcaption></figure>'


def _table(table: Table) -> str:
    head, *rows = table.rows
    cells = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{_text(row[0])}</th>' + "".join(f"<td>{_text(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    title = f"<caption>{_text(table.title)}</caption>" if table.title else ""
    return f"<table>{title}<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"
