"""Words and figures that tell one language from the other, and what only a program would say."""

import re

#: Frequent in English, no words of Italian.
ENGLISH_WORDS = re.compile(
    r"\b(the|and|of|with|not|from|for|this|that|are|was|within|which|found|expected|choose|correct|weekly|sites|"
    r"schools|list|public|document|unknown|second|people|municipality|municipalities|streets|roads|by)\b",
    re.IGNORECASE,
)
#: Frequent in Italian, no words of English and hardly a part of a name.
ITALIAN_WORDS = re.compile(
    r"\b(che|non(?!-)|sono|gli|anche|dove|questo|questa|più|è|nessun|nessuna|scegli|oppure|fra|fino|ogni|abitanti|"
    r"persone|comuni|minuti|entro|secondo|quanto|quanti|quante|anno|anni|dei|delle|dal|dai|alla|alle|nel|nella)\b",
    re.IGNORECASE,
)
#: How Python writes what is missing or no number.
PYTHON_WORDS = re.compile(
    r"\b(None|nan|inf|NaN|True|False|Traceback|NoneType|RequestRefused)\b|\bobject at 0x"
)

_ISO_DATE = r"\b\d{4}-\d{2}(?:-\d{2})?\b(?!-)"
#: What an Italian does not write: 1,234 · 12.5 · € 12 · 2023-07-30 · 5 January.
NOT_ITALIAN_FIGURES = re.compile(
    r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])|(?<![\d.,])\d+\.\d{1,2}(?![\d.])|€ ?\d|"
    rf"{_ISO_DATE}|\b(?:January|February|March|April|June|July|August|September|October|November|December)\b"
)
#: What an English reader does not write: 1.234 · 12,5 · 12 € · 2023-07-30 · 5 gennaio.
NOT_ENGLISH_FIGURES = re.compile(
    r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.])|(?<![\d.,])\d+,\d{1,2}(?![\d,])|\d ?€|"
    rf"{_ISO_DATE}|\b(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre)\b"
)
#: Addresses, versions, licences, standards and the plan's own codes are written alike in both languages.
ALIKE = re.compile(
    r"https?://\S+|\b(?:CC BY(?:-SA)?|IODL|ODbL|ODC-BY|WCAG|EUPL-?|axe-core|Leaflet) ?v?\d\.\d|\b\d+\.\d+\.\d+\b|"
    r"^\d\.\d\b|\bM\dC\d I\d\.\d(?:\.\d)?|\bcapacità 4\.0|\b[a-z]+-\d{4}-\d{4}\b|\b\d{4}-\d{4}\b|\b\d{4}/\d{2}\b"
)
