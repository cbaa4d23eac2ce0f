"""The body of a page, drawn before its frame: the frame can tell what is on it."""

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context

register = template.Library()
ANSWERS = 'id="answers"'  # the form in which a page asks for what it asks for


class Drawn(template.Node):
    """Puts what is between its tags into `drawn`, and into `has_answers` whether it asks for answers."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        """Draw without showing anything yet."""
        drawn = self.nodelist.render(context)
        context["drawn"], context["has_answers"] = drawn, ANSWERS in drawn
        return ""


@register.tag
def draw(parser: Parser, _token: Token) -> Drawn:
    """Draw what follows up to `enddraw`."""
    nodelist = parser.parse(("enddraw",))
    parser.delete_first_token()
    return Drawn(nodelist)
