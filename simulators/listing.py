"""What a provider shows of all it did: page by page, or of many at once."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.book import Book
from simulators.faults import Faults
from simulators.network import Network
from simulators.wire import Unfit, body_of

PAGE = 300
MOST = 500


class Listing:
    """Everything in a book, in the order in which it happened."""

    def __init__(self, name: str, book: Book) -> None:
        """List this book under a name."""
        self._name = name
        self._book = book

    async def page(self, request: Request, _faults: Faults) -> Response:
        """Show the records after the first so many."""
        text = request.query_params.get("after", "0")
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise Unfit("after", "not_a_number")
        after = int(text)
        shown = self._book.page(after, PAGE)
        more = len(self._book) > after + PAGE
        return JSONResponse({self._name: shown, "next": after + PAGE if more else None})


class Many:
    """Lines and bills of an operator, many at once."""

    def __init__(self, network: Network) -> None:
        """Speak for this network."""
        self._network = network

    async def closed(self, request: Request, _faults: Faults) -> Response:
        """Say which of some lines are closed."""
        asked = _texts(await body_of(request), "subscription_ids")
        lines = {subscription: self._network.line(subscription) for subscription in asked}
        gone = [name for name, line in lines.items() if line and line["status"] == "closed"]
        return JSONResponse({"closed": gone})

    async def bills(self, request: Request, _faults: Faults) -> Response:
        """Show the bills given under some keys."""
        asked = _texts(await body_of(request), "keys")
        return JSONResponse({"bills": self._network.bills.some(asked)})


def _texts(body: dict[str, object], field: str) -> list[str]:
    value = body.get(field)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unfit(field, "not_a_list_of_texts")
    if len(value) > MOST:
        raise Unfit(field, "too_many")
    return value
