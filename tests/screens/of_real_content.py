"""Scenes of what real life holds: long names, rare characters, many lines, odd amounts."""

import csv
from datetime import timedelta

from tests.screens.scenes import scene
from tests.screens.stage import Stage
from tests.stories import ADMIN, CLEAN, NOON, OPERATOR, World
from xiaohu.registry import importer, policies

COMPANY = "示例省示例市高新技术产业开发区第一信息技术服务有限责任公司驻外办事处业务三部𠮷㐂"
LONG_ZH, LONG_EN = (
    "示例数字移动通信集团",
    "Example Digital Mobile Communications Group of the Far South",
)
MANY = 200


def rows(world: World) -> list[dict[str, str]]:
    """Return the rows the operator exported."""
    with (world.outside.folder / "lines.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def bring(world: World, changed: list[dict[str, str]]) -> None:
    """Import rows as the operator's next export."""
    path = world.outside.folder / "more.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(changed[0]))
        writer.writeheader()
        writer.writerows(changed)
    importer.import_lines(path=path, operator=OPERATOR, actor=ADMIN, now=world.now)


def of_clean(world: World) -> dict[str, str]:
    """Return the row of the clean line."""
    return next(row for row in rows(world) if row["number"].endswith(CLEAN[-11:]))


def long_operator(world: World) -> None:
    """Publish rules of an operator with the longest names there may be."""
    generic = policies.shipped("generic-cn")
    toml = generic.replace('zh = "示例通信"', f'zh = "{LONG_ZH}"')
    toml = toml.replace('en = "Example Telecom"', f'en = "{LONG_EN}"')
    toml = toml.replace('version = "2026.11.1"', 'version = "2026.12"')
    later = NOON + timedelta(seconds=1)
    policies.publish(operator=OPERATOR, toml=toml, actor=ADMIN, now=later)
    world.clock.at = later + timedelta(seconds=1)


@scene("real-operator", "portal:home")
def longest_operator(stage: Stage) -> str:
    long_operator(stage.world)
    return "/"


@scene("real-operator-paper", "portal:certificate")
def paper_of_longest_operator(stage: Stage) -> str:
    long_operator(stage.world)
    case = stage.world.close()
    stage.contact_of(case)
    return f"/case/{case.pk}/certificate"


@scene("real-company", "desk:case")
def rare_characters(stage: Stage) -> str:
    world = stage.world
    bring(world, [{**of_clean(world), "holder_name": COMPANY}])
    case = world.submitted()
    stage.officer()
    return f"/desk/case/{case.reference}"


@scene("real-lines", "portal:lines")
def two_hundred_lines(stage: Stage) -> str:
    world = stage.world
    row = of_clean(world)
    amounts = ("0.00", "126.40", "1234567.89")
    bring(
        world,
        [
            {
                **row,
                "number": f"130000{20000 + n}",
                "iccid": f"{row['iccid'][:-4]}{n:04d}",
                "subscription_id": f"MANY{n:04d}",
                "cash_yuan": amounts[n % 3],
            }
            for n in range(MANY)
        ],
    )
    stage.holder()
    return "/lines?scope=line"
