"""Every screen in every state, opened in a real browser and judged by one look.

A *scene* (`scenes.py`) is a state of a screen: its name (`S6-arrears`), the route it belongs to, and
a function that arranges it with the verbs of `tests.stories.World` and returns the path to open. A
*stage* (`stage.py`) is where it is arranged: the world, and who is signed in. `server.py` serves the
pages as in production from this very process and its transaction, so that a scene costs a second
and leaves nothing behind. `looking.py` is the one look at a page: whatever it says is a fault.

Scenes live in files named `of_<area>.py`, which `test_scenes.py` imports. To see one:
`pytest tests/screens -k S6-arrears`, then open `shots/zh/S6-arrears-390.png`.
A route without a scene fails `test_coverage.py`.
"""
