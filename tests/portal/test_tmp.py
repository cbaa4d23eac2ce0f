import csv

from tests.stories import *


def test_x(world, client):
    p = world.outside.folder / "lines.csv"
    for r in list(csv.DictReader(p.open()))[:7]: print(r)
    a = client.get("/")
    print(a.status_code, a.headers, a.content.decode())
    a = client.get("/cases"); print(a.status_code, a.headers)
    c = world.draft(); print(vars(c)); print(world.outside.truth("operator")[:2])
    assert 0
