"""What the terminal shows once the service is ready."""

from xiaohu.config.options import Options

STORIES = {
    "clean": "没有障碍 · nothing in the way",
    "large_refund": "退款较大，需要审核 · large refund, needs review",
    "arrears": "有欠费 · arrears",
    "contract": "合约未到期 · contract running",
    "stopped": "已停机 · stopped",
    "empty": "没有余额 · no balance",
}
NO_RULES = [
    "",
    "  还没有办理规则，页面暂不开放 · No rules yet, so the pages stay closed:",
    "    .venv/bin/xiaohu policy publish FILE --operator KEY",
]


def banner(options: Options, *, rules: bool) -> str:
    """Return the addresses, and in the demo how its people sign in."""
    lines = ["", f"  销户 Xiaohu      {options.address}"]
    if options.demo:
        lines += _demo(options)
    if not rules:
        lines += NO_RULES
    return "\n".join([*lines, "", "  Ctrl-C 停止，数据保留 · stops, nothing is lost", ""])


def _demo(options: Options) -> list[str]:
    from xiaohu.ops import demo_people

    people = demo_people.read(options.data_dir)
    lines = [f"  工作台 Desk      {options.address}/desk"]
    lines += [f"  收件箱 Inbox     {options.simulator_url(3)}", "", "  机主 Subscribers"]
    for person in people["subscribers"]:
        about = STORIES[person["story"]]
        lines.append(f"    {person['username']}  {person['password']}  {person['number']}  {about}")
    lines.append("  工作人员 Staff（验证码 code: .venv/bin/xiaohu demo code NAME）")
    lines += [f"    {person['username']:<9}  {person['password']}" for person in people["staff"]]
    return [*lines, "", "  办一次完整的销户 Watch one closing: .venv/bin/xiaohu demo close"]
