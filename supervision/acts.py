"""What the acts of this room are called, in its log and in the trail (行为名称)."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    # flags
    "supervision.propose_flag": _("系统提示标识"),
    "supervision.raise_flag": _("提出标识"),
    "supervision.prompt_flag": _("提示标识"),
    "supervision.add_evidence": _("证据变化"),
    "supervision.follow_flag": _("命中变化"),
    "supervision.expire_flag": _("逾期转上一级"),
    "supervision.expire_dispute": _("争议逾期"),
    "supervision.confirm_flag": _("确认标识"),
    "supervision.reject_flag": _("不予确认"),
    "supervision.dispute_flag": _("对标识提出异议"),
    "supervision.decide_dispute": _("决定争议"),
    "supervision.revoke_flag": _("撤销标识"),
    "supervision.verify_complaint": _("核实反映"),
    "supervision.dismiss_complaint": _("反映不实"),
    "supervision.close_flag": _("结束标识"),
    "supervision.begin_measures": _("开始监督"),
    "supervision.settle_measures": _("监督措施办结"),
    "supervision.adjust_panel": _("调整审判组织"),
    # measures
    "supervision.take_measure": _("采取监督措施"),
    "supervision.propose_measure": _("提请监督措施"),
    "supervision.decide_proposal": _("决定提请的措施"),
    "supervision.reply_to_measure": _("答复监督措施"),
    "supervision.answer_reply": _("回应答复"),
    "supervision.withdraw_measure": _("撤回监督措施"),
    "supervision.record_meeting": _("登记会议"),
    "supervision.delegate_case": _("委托监督"),
    "supervision.end_delegation": _("终止委托监督"),
    "supervision.file_inquiry": _("填报过问"),
    "supervision.read_inquiry": _("查阅过问记录"),
    # the log
    "supervision.see_log": _("查看监督日志"),
    "supervision.read_interface": _("经接口查看监督"),
    "supervision.export_file": _("导出监督档案"),
    "supervision.export_log": _("导出监督日志"),
    "supervision.export_ledger": _("导出履职台账"),
    "supervision.see_ledger": _("查看履职台账"),
    "supervision.seal_log": _("封存监督日志"),
}
