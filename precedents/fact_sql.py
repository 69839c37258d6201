"""What similar cases make known of a case to the rules (类案事实), in SQL: text only, run where facts are computed.

``scope`` are the rows of ``cases_case`` asked for, ``%(today)s`` the day. From the latest finished report of the case:
how many like effective judgments of this court and those above it were found (``similar_n``), how many of them were decided
otherwise than is proposed (``similar_conflict_share``), and that nothing at all was found (``no_precedent``). From the
confirmed and unsettled conflicts of its court and cause within the window, whose results still exclude each other:
``court_internal_split``. Unknown is NULL, and what somebody states stands before all of it.
``%(conflict_years)s`` is the rule parameter ``conflict_window_years``.
"""

from __future__ import annotations

#: Results of which one excludes the other. All granted and part granted differ by the claims, not by the law.
AGAINST = {
    "support": {"dismiss"},
    "partial": {"dismiss"},
    "dismiss": {"support", "partial"},
    "convict": {"acquit"},
    "acquit": {"convict"},
}
EXCLUDE = ", ".join(f"('{own}', '{other}')" for own, others in AGAINST.items() for other in sorted(others))

SIMILAR_SQL = f"""
SELECT c.id AS case_id, report.similar_n, report.similar_conflict_share, report.no_precedent,
       CASE WHEN split.found THEN true END AS court_internal_split
  FROM scope c
  LEFT JOIN (
       SELECT DISTINCT ON (r.case_id) r.case_id, r.conflict_share AS similar_conflict_share,
              (SELECT count(*) FROM jsonb_array_elements(r.hits) hit WHERE (hit ->> 'counts')::boolean)::int AS similar_n,
              CASE WHEN NOT EXISTS (SELECT FROM jsonb_array_elements(r.hits) hit WHERE hit ->> 'verdict' IN ('follow', 'differ'))
                   THEN true END AS no_precedent
         FROM precedents_report r JOIN scope s ON s.id = r.case_id WHERE r.state = 'finished'
        ORDER BY r.case_id, r.number DESC) report ON report.case_id = c.id
  LEFT JOIN (
       SELECT k.court_id, a.cause, true AS found
         FROM precedents_conflict k
         JOIN precedents_document a ON a.id = k.first_id JOIN precedents_document b ON b.id = k.second_id
         LEFT JOIN cases_case ca ON ca.id = a.case_id LEFT JOIN cases_case cb ON cb.id = b.case_id
        WHERE k.state = 'confirmed' AND a.withdrawn_at IS NULL AND b.withdrawn_at IS NULL
          AND COALESCE(ca.sealed, '') = '' AND COALESCE(cb.sealed, '') = ''
          AND a.effective_on >= %(today)s::date - make_interval(years => %(conflict_years)s) AND a.effective_on <= %(today)s::date
          AND b.effective_on >= %(today)s::date - make_interval(years => %(conflict_years)s) AND b.effective_on <= %(today)s::date
          AND a.cause = b.cause AND (a.result, b.result) IN ({EXCLUDE})
        GROUP BY k.court_id, a.cause) split ON split.court_id = c.court_id AND split.cause = c.cause
 WHERE report.similar_n IS NOT NULL OR split.found"""
