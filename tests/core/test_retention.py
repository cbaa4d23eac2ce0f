"""What is kept and for how long: the table, and what an operator may add to it."""

from xiaohu.core.retention import RETENTION, Category, rules_with

PROOF = Category.REFUND_PROOF


def test_an_operator_keeps_longer_on_the_table_s_basis_or_its_own() -> None:
    table = RETENTION[PROOF]
    longer = rules_with({PROOF: (table.months + 12, "会计档案管理办法")})
    assert (longer[PROOF].months, longer[PROOF].basis) == (table.months + 12, "会计档案管理办法")
    same = rules_with({PROOF: (table.months, None)})
    assert same == RETENTION
    assert longer[PROOF].disposal is table.disposal


def test_what_an_operator_does_not_name_stays_the_table_s() -> None:
    others = set(RETENTION) - {PROOF}
    longer = rules_with({PROOF: (999, "法")})
    assert {category: longer[category] for category in others} == {
        category: RETENTION[category] for category in others
    }
