"""What the terminal shows once the service is ready."""

from xiaohu.config.options import Options

STORIES = {
    "clean": "没有障碍 · nothing in the way",
    "large_refund": "退款较大，需要审核 · large refund, needs review",
    "arrears": "有欠费 · arrears",
    "contract": "合约未到期，违约金按公式 · contract running, its fee by a formula",
    "stopped": "已停机 · stopped",
    "empty": "没有余额 · no balance",
    "organisation": "单位，三条线路 · organisation, three lines",
    "organisation_second": "同一单位 · the same organisation",
    "organisation_third": "同一单位 · the same organisation",
    "restricted": "被投诉限制使用 · restricted for complaints",
    "banned": "公安通知停用 · banned on a police notice",
    "unregistered": "未实名登记 · not registered",
    "sublines": "有两个副卡 · has two sub-lines",
    "subline": "本身是副卡 · is a sub-line",
    "vanity": "靓号有保底 · special number with a commitment",
    "instalment": "购机分期未清 · device instalments",
    "lost": "已挂失 · card lost",
    "arrears_stopped": "欠费停机 · stopped for arrears",
    "legal_hold": "依法冻结 · legal hold",
    "bundle": "与宽带融合 · bundled with broadband",
    "equipment": "有设备待归还 · equipment to return",
    "minor": "机主未成年 · holder is a minor",
}
NO_RULES = [
    "",
    "  还没有办理规则，页面暂不开放 · No rules yet, so the pages stay closed:",
    "    .venv/bin/xiaohu policy publish FILE",
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
