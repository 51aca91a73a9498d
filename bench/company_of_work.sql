-- 100,000 customers with standings, 200 books of 500 in 20 teams, tasks for one in three.
-- The values of measures by key, as the array in which a standing keeps them.
CREATE FUNCTION pg_temp.measured(named jsonb) RETURNS float8[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(CASE jsonb_typeof(v) WHEN 'number' THEN v::float8 WHEN 'boolean' THEN v::boolean::int
                          WHEN 'string' THEN CASE WHEN key = 'band'
                              THEN array_position(ARRAY['good', 'watch', 'risk', 'unknown'], v #>> '{}') - 1
                              ELSE (v #>> '{}')::date - date '1970-01-01' END END ORDER BY n)
    FROM generate_series(1, (SELECT max(id) FROM customers_measureplace)) n
    LEFT JOIN customers_measureplace p ON p.id = n LEFT JOIN LATERAL (SELECT named -> p.key) j (v) ON TRUE
$$;
INSERT INTO accounts_team (uid, name) SELECT gen_random_uuid(), 'Team ' || n FROM generate_series(1, 20) n;
INSERT INTO accounts_user (uid, email, name, password, role, time_zone, language, tasks_a_day, is_active, date_joined)
    SELECT gen_random_uuid(), 'csm' || n || '@bench.test', 'Person ' || n, '', 'csm', 'UTC', 'en', 20, true, now()
    FROM generate_series(0, 199) n;
INSERT INTO accounts_user_teams (user_id, team_id)
    SELECT u.id, t.id FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_user) u
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_team) t ON t.n = u.n / 10;
INSERT INTO customers_customer (uid, name, domain, industry, country, employees, stage, owner_id, team_id, created_on,
                                known_on, language, time_zone, attributes, version)
    SELECT gen_random_uuid(), 'Customer ' || c.n, 'c' || c.n || '.test', (ARRAY['Logistics','Retail','Health'])[1 + c.n % 3],
           (ARRAY['DE','US','FR'])[1 + c.n % 3], 10 + c.n % 500, (ARRAY['live','onboarding'])[1 + (c.n % 10 = 0)::int],
           u.id, t.team_id, current_date - 400 - (c.n % 900)::int, current_date - 400, 'en', 'UTC', '{}', 1
    FROM generate_series(0, 99999) c (n)
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_user) u ON u.n = c.n / 500
    JOIN accounts_user_teams t ON t.user_id = u.id;
INSERT INTO customers_standing (customer_id, as_of, mrr, score, score_change_30, band, coverage, churn_chance,
                                mrr_at_risk, renewal_on, notice_on, last_touch_on, last_usage_on, open_work_items,
                                measured)
    SELECT id, current_date + 1, mrr, score, change, CASE WHEN score < 40 THEN 'risk' WHEN score < 70 THEN 'watch'
           ELSE 'good' END, 0.9, chance, mrr * chance, renewal, renewal - 60, current_date - (id % 60)::int, current_date - 1, 0,
           pg_temp.measured(jsonb_build_object('mrr', mrr, 'score', score, 'score_change_30', change, 'renewal_on', renewal,
               'notice_on', renewal - 60, 'days_to_renewal', renewal - current_date, 'active_days_28', id % 28,
               'active_users_28', id % 40, 'usage_change_28', (id % 200 - 100) / 100.0, 'core_adoption_28', id % 10 / 10.0,
               'sticky_adoption_28', id % 10 / 10.0, 'breadth_28', id % 7 / 7.0, 'overdue_invoices', (id % 25 = 0)::int,
               'open_tickets', id % 4, 'escalated_tickets_56', (id % 50 = 0)::int, 'active_contacts', 1 + id % 5,
               'champion_left', id % 60 = 0, 'days_since_touch', id % 60, 'last_nps', id % 11, 'days_since_nps', id % 200,
               'tenure_days', 400 + id % 900, 'churn_chance', chance, 'mrr_at_risk', mrr * chance, 'coverage', 0.9,
               'goals_reached', 0.5, 'onboarding_progress', 1, 'touches_90', id % 5, 'pulse', 1 + id % 5,
               'band', CASE WHEN score < 40 THEN 'risk' WHEN score < 70 THEN 'watch' ELSE 'good' END))
    FROM (SELECT id, round((100 + id * 7919 % 9000)::numeric, 2) AS mrr, (id * 31 % 100)::numeric AS score,
                 (id % 41 - 20)::numeric AS change, (id * 13 % 30)::numeric / 100 AS chance,
                 current_date + (id * 17 % 365)::int AS renewal FROM customers_customer) c;
INSERT INTO playbooks_workitem (uid, customer_id, owner_id, cause, title, reasons, lane, due_on, state, snooze_reason,
                                outcome, opened_at, version)
    SELECT gen_random_uuid(), id, owner_id, 'rule:usage', 'Talk to them',
           '[{"key": "active_users_28", "value": 19, "before": 41, "days": 28, "as_of": "2026-01-01"}]',
           (ARRAY['promised','risk','growth'])[1 + id % 3], current_date + (id % 30)::int, 'open', '', '', now(), 1
    FROM customers_customer WHERE id % 3 = 0;
ANALYZE;
