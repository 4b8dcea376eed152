"""What axe finds on a page."""

from pathlib import Path

from .conftest import Visit


def wcag_violations(visit: Visit, axe_script: Path) -> list[str]:
    """What axe finds against WCAG 2.1, levels A and AA: the rule and the first places."""
    if not visit.page.evaluate("typeof axe === 'object'"):
        visit.page.evaluate(axe_script.read_text(encoding="utf-8"))
    found: list[str] = visit.page.evaluate(
        "rules => axe.run({runOnly: {type: 'tag', values: rules}}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 5).join(' | ')))",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    )
    return found
