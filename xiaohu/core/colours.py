"""How well one colour can be read upon another.

Source: WCAG 2.2, relative luminance, contrast ratio and success criterion 1.4.3.
"""

LEAST_CONTRAST = 4.5
# What the words of a page stand on; the same values as in the style sheet (tokens.css).
PAPER, INFO_PAPER = "#ffffff", "#e8f1fb"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours written #rrggbb: from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
