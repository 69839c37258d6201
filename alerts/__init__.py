"""Who must be told. Pulls from the rooms below; nothing below knows it exists. It writes no fact about a case.

A fact becomes an alert: ``sources`` → ``policy`` (the ladder) → ``source_sql``, ``services``; a court's day: ``sweeps``.
An alert becomes a notice: ``recipients`` → ``telling``; what people answer: ``handling``, ``watching``, ``prompts``.
Notices become messages: ``digest``, ``lists``, ``groups``, ``subscriptions`` queue a delivery; ``deliveries`` claims it,
``composing`` finds who words it, ``channels`` hands it over.
Pages: ``queue`` and ``day_views`` (今日), ``inbox`` and ``inbox_views`` (收件箱), the other ``*_views``.
"""
