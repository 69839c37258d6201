"""Which role may see and do what (职权清单). Pure: a table an auditor can read.

What nobody may do has no permission at all: no entry below lets anyone write an opinion, a judgment or a sentence.
"""

from enum import StrEnum


class Role(StrEnum):
    PRESIDENT = "president"
    VICE_PRESIDENT = "vice_president"
    AC_MEMBER = "ac_member"
    DIVISION_HEAD = "division_head"
    PRESIDING = "presiding"
    JUDGE = "judge"
    ASSISTANT = "assistant"
    CLERK = "clerk"
    FILING = "filing"
    TRIAL_OFFICE = "trial_office"
    DISCIPLINE = "discipline"
    POLITICS = "politics"
    PETITION = "petition"
    ITADMIN = "itadmin"
    SUPERIOR = "superior"
    EXTERNAL = "external"


ROLE_CHOICES = [
    ("president", "院长"),
    ("vice_president", "副院长(分管)"),
    ("ac_member", "审委会专职委员"),
    ("division_head", "庭长"),
    ("presiding", "审判长"),
    ("judge", "承办法官"),
    ("assistant", "法官助理"),
    ("clerk", "书记员"),
    ("filing", "立案庭"),
    ("trial_office", "审管办"),
    ("discipline", "纪检监察/督察"),
    ("politics", "政治部(员额)"),
    ("petition", "信访/宣传"),
    ("itadmin", "系统管理员"),
    ("superior", "上级法院"),
    ("external", "外部联络"),
]


class Span(StrEnum):
    """How far a role's eyes reach over cases."""

    REGION = "region"  # own court and every court below it
    COURT = "court"
    DIVISION = "division"
    OWN = "own"  # cases one sits on or assists
    FILING = "filing"  # cases of the court not yet assigned to a judge
    NONE = "none"


SPAN = {
    Role.PRESIDENT: Span.COURT,
    Role.VICE_PRESIDENT: Span.DIVISION,
    Role.AC_MEMBER: Span.OWN,
    Role.DIVISION_HEAD: Span.DIVISION,
    Role.PRESIDING: Span.OWN,
    Role.JUDGE: Span.OWN,
    Role.ASSISTANT: Span.OWN,
    Role.CLERK: Span.OWN,
    Role.FILING: Span.FILING,
    Role.TRIAL_OFFICE: Span.COURT,
    Role.DISCIPLINE: Span.NONE,
    Role.POLITICS: Span.NONE,
    Role.PETITION: Span.NONE,
    Role.ITADMIN: Span.NONE,
    Role.SUPERIOR: Span.REGION,
    Role.EXTERNAL: Span.NONE,
}


class Permission(StrEnum):
    SEE_DASHBOARD = "see_dashboard"  # aggregates of what one may see
    SEE_TRAIL = "see_trail"  # the audit trail of the court where the post is held
    SEE_DOUBTS = "see_doubts"
    EXPORT_CASES = "export_cases"
    RECORD_EVENT = "record_event"  # node events: service, hearing, archive
    RECORD_PAUSE = "record_pause"  # exclusions and stays, their beginning and end
    RECORD_EXTENSION = "record_extension"  # an approved extension and its decision
    CONVERT_PROCEDURE = "convert_procedure"
    REASSIGN = "reassign"
    SETTLE_DOUBT = "settle_doubt"
    CORRECT_NUMBER = "correct_number"
    IMPORT = "import"
    GRANT_ACCESS = "grant_access"  # access list of a sealed case
    BROWSE_CATALOGUES = "browse_catalogues"
    DRAFT_CATALOGUE = "draft_catalogue"
    PUBLISH_CATALOGUE = "publish_catalogue"
    MANAGE_PEOPLE = "manage_people"
    SEND_PROMPT = "send_prompt"  # a written reminder that asks for acknowledgement (提示)
    MANAGE_SENDING = "manage_sending"  # channels, subscriptions and node profiles of the own court
    SEE_RUNNING = "see_running"  # whether the system itself runs (运行状况)
    SEE_FLAGS = "see_flags"  # four-category flags and the log of cases one sees
    SEE_SECRET_FLAGS = "see_secret_flags"  # unverified complaints of the own court (涉密标识)
    RAISE_FLAG = "raise_flag"  # flag a case one sits on
    TICK_AT_FILING = "tick_at_filing"  # the boxes of the filing form (立案标识)
    PROMPT_FLAG = "prompt_flag"  # remind the competent leader to flag; decides nothing
    DECIDE_FLAGS = "decide_flags"  # confirm, reject, revoke in one's remit
    DECIDE_DISPUTES = "decide_disputes"  # disputed flags, and what nobody acted on
    TAKE_MEASURES = "take_measures"  # which of them: supervision/powers.py
    REPLY_TO_MEASURES = "reply_to_measures"  # the panel's reply
    VERIFY_COMPLAINTS = "verify_complaints"  # complaints and findings, the Three Provisions
    STATE_PUBLIC_CONCERN = "state_public_concern"  # petitions, media heat, group visits (信访、舆情)
    EDIT_RULES = "edit_rules"  # draft and try out rules
    APPROVE_RULES = "approve_rules"  # approve another's rule
    WRITE_LETTERS = "write_letters"
    APPROVE_LETTERS = "approve_letters"
    SEE_LEDGER = "see_ledger"  # supervisors' ledgers of the own court (履职台账)
    SEE_RISKS = "see_risks"  # the risk matrix
    ENTER_RISKS = "enter_risks"
    CHECK_DRAFT = "check_draft"  # one's own drafted outcome beside its peers (拟判核对)
    SEE_DEVIATION = "see_deviation"  # deviations after the judge's private days
    TRAIN_DEVIATION = "train_deviation"  # ask for a run (训练)
    RELEASE_DEVIATION = "release_deviation"  # put another's run into use
    DECIDE_CONTESTS = "decide_contests"  # a judge's objection to a deviation (偏离异议)
    SEARCH_PRECEDENTS = "search_precedents"  # similar cases and the report on them (类案检索)
    KEEP_PRECEDENTS = "keep_precedents"  # texts of the collection, conflicts between judgments
    SEE_QUOTA = "see_quota"  # scenarios, plans and seats of the own court and those below (员额方案)
    PLAN_QUOTA = (
        "plan_quota"  # time studies, figures of courts, scenarios, selection, teams, circulars, subsidies
    )
    APPROVE_QUOTA = "approve_quota"  # another's plan, circular or subsidy
    SEE_WORKLOAD = "see_workload"  # weighted loads in one's remit, never another person's performance
    SEE_OWN_WORKLOAD = "see_own_workload"  # one's own load, performance beside its zone, subsidy
    DRAW_CASES = "draw_cases"  # assignment by lot and its exceptions (随机分案)
    CLASSIFY_CASES = "classify_cases"  # simple, ordinary or complex (繁简), decided by a person


_P = Permission
_HANDLES = frozenset(
    {_P.SEE_DASHBOARD, _P.RECORD_EVENT, _P.RECORD_PAUSE, _P.RECORD_EXTENSION, _P.CONVERT_PROCEDURE}
)
_SITS = frozenset(
    {_P.SEE_FLAGS, _P.RAISE_FLAG, _P.REPLY_TO_MEASURES, _P.CHECK_DRAFT, _P.SEARCH_PRECEDENTS}
    | {_P.SEE_OWN_WORKLOAD, _P.CLASSIFY_CASES}
)
_LEADS = frozenset({_P.SEE_DEVIATION, _P.SEARCH_PRECEDENTS, _P.SEE_WORKLOAD, _P.SEE_OWN_WORKLOAD})

MAY: dict[Role, frozenset[Permission]] = {
    Role.PRESIDENT: frozenset(
        {
            _P.SEE_DASHBOARD,
            _P.SEE_TRAIL,
            _P.SEE_DOUBTS,
            _P.EXPORT_CASES,
            _P.GRANT_ACCESS,
            _P.REASSIGN,
            _P.BROWSE_CATALOGUES,
            _P.SEND_PROMPT,
            _P.SEE_RUNNING,
            _P.SEE_FLAGS,
            _P.SEE_SECRET_FLAGS,
            _P.DECIDE_FLAGS,
            _P.DECIDE_DISPUTES,
            _P.TAKE_MEASURES,
            _P.APPROVE_RULES,
            _P.APPROVE_LETTERS,
            _P.SEE_LEDGER,
            _P.SEE_RISKS,
            _P.RELEASE_DEVIATION,
            _P.SEE_QUOTA,
            _P.APPROVE_QUOTA,
        }
    )
    | _LEADS,
    Role.VICE_PRESIDENT: frozenset(
        {_P.SEE_DASHBOARD, _P.EXPORT_CASES, _P.REASSIGN, _P.BROWSE_CATALOGUES, _P.SEND_PROMPT}
        | {
            _P.SEE_FLAGS,
            _P.DECIDE_FLAGS,
            _P.TAKE_MEASURES,
            _P.APPROVE_LETTERS,
            _P.DECIDE_CONTESTS,
            _P.SEE_QUOTA,
        }
    )
    | _LEADS,
    Role.AC_MEMBER: frozenset(
        {_P.SEE_DASHBOARD, _P.SEE_FLAGS, _P.TAKE_MEASURES, _P.SEARCH_PRECEDENTS, _P.SEE_OWN_WORKLOAD}
    ),
    Role.DIVISION_HEAD: frozenset(
        {_P.SEE_DASHBOARD, _P.EXPORT_CASES, _P.REASSIGN, _P.BROWSE_CATALOGUES, _P.SEND_PROMPT}
        | {_P.SEE_FLAGS, _P.DECIDE_FLAGS, _P.TAKE_MEASURES, _P.CLASSIFY_CASES}
    )
    | _LEADS,
    Role.PRESIDING: _HANDLES | _SITS,
    Role.JUDGE: _HANDLES | _SITS,
    Role.ASSISTANT: frozenset(
        {_P.SEE_DASHBOARD, _P.RECORD_EVENT, _P.RECORD_PAUSE, _P.SEE_FLAGS, _P.SEARCH_PRECEDENTS}
    ),
    Role.CLERK: frozenset({_P.SEE_DASHBOARD, _P.RECORD_EVENT}),
    Role.FILING: frozenset(
        {_P.SEE_DASHBOARD, _P.RECORD_EVENT, _P.REASSIGN, _P.SEE_FLAGS, _P.TICK_AT_FILING}
        | {_P.DRAW_CASES, _P.CLASSIFY_CASES}
    ),
    Role.TRIAL_OFFICE: frozenset(
        {
            _P.SEE_DASHBOARD,
            _P.SEE_TRAIL,
            _P.SEE_DOUBTS,
            _P.SETTLE_DOUBT,
            _P.CORRECT_NUMBER,
            _P.EXPORT_CASES,
            _P.IMPORT,
            _P.RECORD_EVENT,
            _P.RECORD_PAUSE,
            _P.RECORD_EXTENSION,
            _P.CONVERT_PROCEDURE,
            _P.BROWSE_CATALOGUES,
            _P.DRAFT_CATALOGUE,
            _P.PUBLISH_CATALOGUE,
            _P.SEND_PROMPT,
            _P.MANAGE_SENDING,
            _P.SEE_RUNNING,
            _P.SEE_FLAGS,
            _P.PROMPT_FLAG,
            _P.EDIT_RULES,
            _P.APPROVE_RULES,
            _P.WRITE_LETTERS,
            _P.SEE_LEDGER,
            _P.SEE_RISKS,
            _P.TRAIN_DEVIATION,
            _P.RELEASE_DEVIATION,
            _P.DECIDE_CONTESTS,
            _P.KEEP_PRECEDENTS,
            _P.DRAW_CASES,
        }
    )
    | _LEADS,
    Role.DISCIPLINE: frozenset(
        {_P.SEE_TRAIL, _P.SEE_SECRET_FLAGS, _P.VERIFY_COMPLAINTS, _P.WRITE_LETTERS}
        | {_P.SEE_LEDGER, _P.SEE_RISKS, _P.ENTER_RISKS}
    ),
    Role.POLITICS: frozenset(  # postings of the own court and those below; aggregates, never a case
        {_P.MANAGE_PEOPLE, _P.SEE_QUOTA, _P.PLAN_QUOTA, _P.SEE_WORKLOAD}
    ),
    Role.PETITION: frozenset({_P.STATE_PUBLIC_CONCERN}),
    Role.ITADMIN: frozenset(
        {_P.BROWSE_CATALOGUES, _P.DRAFT_CATALOGUE, _P.MANAGE_PEOPLE, _P.MANAGE_SENDING, _P.SEE_RUNNING}
        | {_P.EDIT_RULES}
    ),
    Role.SUPERIOR: frozenset({_P.SEE_DASHBOARD, _P.EXPORT_CASES, _P.SEE_FLAGS, _P.SEE_QUOTA}),
    Role.EXTERNAL: frozenset[Permission](),
}


#: What the admin (管理目录) opens: (room, act) → the permission it takes. What is not listed is closed to everyone.
ADMIN = {
    (
        "catalogues",
        "view",
    ): _P.BROWSE_CATALOGUES,  # drafting and publishing are pages with permissions of their own
    ("courts", "view"): _P.MANAGE_PEOPLE,
    ("courts", "add"): _P.MANAGE_PEOPLE,
    ("courts", "change"): _P.MANAGE_PEOPLE,
}


def may(role: Role, permission: Permission) -> bool:
    return permission in MAY[role]


def admin_permission(name: str) -> Permission | None:
    """The permission behind Django's ``room.act_model``, None when nobody has it."""
    room, _, act = name.partition(".")
    return ADMIN.get((room, act.partition("_")[0]))


#: What a token of the programming interface may be limited to.
SCOPES = [
    ("cases:read", "读取案件"),
    ("cases:write", "登记案件事项"),
    ("imports:write", "导入数据"),
    ("catalogues:read", "读取目录"),
    ("flags:read", "读取四类案件标识、事实与监督日志"),
    ("deviation:read", "读取已公开的偏离提示与模型说明"),
    ("quota:read", "读取已公布的员额方案"),
]
