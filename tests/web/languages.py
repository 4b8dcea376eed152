"""Words that tell one language from the other, and what only a program would say."""

import re

#: Frequent in English, no words of Italian.
ENGLISH_WORDS = re.compile(
    r"\b(the|and|of|with|not|from|for|this|that|are|was|within|which|found|expected|choose|correct|weekly|sites)\b",
    re.IGNORECASE,
)
#: Frequent in Italian, no words of English and not a part of the names of places.
ITALIAN_WORDS = re.compile(
    r"\b(che|non|sono|gli|anche|dove|questo|questa|più|è|nessun|nessuna|scegli|oppure|fra|fino|ogni|abitanti|"
    r"persone|comuni|minuti|entro|secondo|quanto|quanti|quante)\b",
    re.IGNORECASE,
)
#: How Python writes what is missing or no number.
PYTHON_WORDS = re.compile(
    r"\b(None|nan|inf|NaN|True|False|Traceback|NoneType|RequestRefused)\b|\bobject at 0x"
)
