"""Arguments of the scripts: a refusal is one sentence on stderr and exit code 2."""

import argparse
from typing import NoReturn

from gisplan.environment.errors import UserMistake


class OneSentenceParser(argparse.ArgumentParser):
    def __init__(self, prog: str, *, description: str) -> None:
        super().__init__(prog=prog, description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise UserMistake(f"{self.prog}: {message}; `{self.prog} --help` lists what it takes.")
