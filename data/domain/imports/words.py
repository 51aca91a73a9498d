"""What other tools call our files and columns."""

from typing import Final

from django.utils.translation import gettext_lazy as _

NOUNS: Final = {
    "customers": _("Customers"),
    "contacts": _("Contacts"),
    "subscriptions": _("Subscriptions"),
    "invoices": _("Invoices"),
    "features": _("Features"),
    "usage": _("Usage"),
    "tickets": _("Tickets"),
    "touchpoints": _("Touchpoints"),
    "responses": _("Survey responses"),
    "churn_events": _("Recorded losses"),
    "scores": _("Another tool's scores"),
    "costs": _("Costs"),
    "fx_rates": _("Exchange rates"),
}

FILES: Final = {
    "customers": "customer client account company companies organization organisation tenant workspace",
    "contacts": "contact contacts person people user users attendee",
    "subscriptions": "subscription contract deal plan",
    "invoices": "invoice bill billing payment charge",
    "features": "features feature modules",
    "usage": "usage event events activity active logins telemetry",
    "tickets": "ticket case issue support incident conversation",
    "touchpoints": "touchpoint touch activity activities interaction meeting call engagement note",
    "responses": "response survey nps csat ces feedback answer",
    "churn_events": "churn cancellation cancelled loss losses lost",
    "scores": "score scores health",
    "costs": "cost costs spend expense",
    "fx_rates": "fx rate rates currency exchange",
}

# For columns of every file.
COMMON: Final = {
    "customer_id": "account_id account company_id company client_id client organization_id organisation_id org_id"
    " tenant_id workspace_id customer accountid companyid customerid group_id",
    "currency": "currency_code iso_currency ccy",
    "language": "locale lang",
    "time_zone": "timezone tz",
    "contact_id": "person_id user_id contactid",
}

COLUMNS: Final = {
    "customers": {
        "customer_id": "id",
        "name": "account_name company_name customer_name client_name organization_name title company account customer",
        "domain": "website url web_site email_domain homepage",
        "industry": "sector vertical branch",
        "country": "country_code billing_country land",
        "employees": "employee_count number_of_employees headcount company_size size staff",
        "stage": "lifecycle_stage lifecycle phase status",
        "owner_email": "owner csm csm_email account_manager account_owner manager owner_mail",
        "created_on": "created created_at signup_date sign_up_date signed_up customer_since since start_date"
        " onboarding_date creation_date create_date joined",
        "parent_id": "parent parent_account parent_account_id",
    },
    "contacts": {
        "contact_id": "id email_address",
        "name": "full_name contact_name contact person display_name",
        "email": "e_mail mail email_address work_email",
        "role": "persona contact_role",
        "left_on": "left left_at departed",
    },
    "subscriptions": {
        "subscription_id": "id contract_id deal_id subscription subscriptionid",
        "plan": "plan_name plan_tier tier product package",
        "interval": "billing_frequency billing_period billing_interval frequency period billing_cycle cycle",
        "quantity": "seats licences licenses units qty seat_count users",
        "amount": "mrr mrr_amount monthly_amount price total arr annual_value value monthly_price revenue acv",
        "starts_on": "start start_date started_at started_on begins_on valid_from current_period_start created_at",
        "ends_on": "end end_date ended_at ended_on valid_to valid_until cancel_date",
        "trial_ends_on": "trial_end trial_end_date trial_until",
        "cancelled_on": "canceled_at cancelled_at cancellation_date cancelled canceled",
        "churn_kind": "churn_type",
        "reason": "cancellation_reason churn_reason cancel_reason",
        "term_ends_on": "renewal_date renews_on contract_end contract_end_date term_end current_period_end",
        "auto_renews": "auto_renew auto_renew_flag auto_renewal autorenew",
        "notice_days": "notice_period notice",
    },
    "invoices": {
        "invoice_id": "id invoice_number number invoice bill_id",
        "subscription_id": "subscription contract_id",
        "issued_on": "issued date invoice_date created created_at issue_date",
        "due_on": "due due_date",
        "amount": "total amount_due total_amount value",
        "status": "state payment_status",
        "paid_on": "paid paid_at payment_date",
        "failed_attempts": "attempts attempt_count retries",
    },
    "features": {
        "feature": "key feature_key feature_id id",
        "label": "name title feature_name",
        "kind": "type",
    },
    "usage": {
        "day": "date usage_date timestamp at time event_time created_at occurred_at",
        "feature": "feature_name feature_id event event_name action module",
        "events": "usage_count count event_count events_count total sessions logins hits quantity",
        "users": "active_users user_count unique_users dau",
        "person": "user_id user email person_id anonymous_id",
        "errors": "error_count failures",
    },
    "tickets": {
        "ticket_id": "id case_id case_number ticket number issue_id",
        "opened_at": "submitted_at created_at created opened open_date date created_on opened_on",
        "closed_at": "resolved_at solved_at closed resolved closed_on resolution_date",
        "kind": "type category topic",
        "priority": "severity urgency",
        "first_response_minutes": "first_response_time_minutes first_response first_reply_minutes first_response_time",
        "escalated": "escalation_flag is_escalated escalation",
        "satisfaction": "satisfaction_score csat rating",
    },
    "touchpoints": {
        "at": "date timestamp time when occurred_at created_at meeting_date day",
        "kind": "type channel activity_type",
        "two_way": "reached connected answered",
        "by_email": "owner owner_email user csm author",
        "text": "note notes summary description body comment subject",
    },
    "responses": {
        "survey": "survey_name survey_type",
        "sent_at": "sent invited_at",
        "answered_at": "answered responded_at submitted_at created_at date completed_at timestamp",
        "score": "rating nps nps_score answer value",
        "comment": "feedback text verbatim reason",
    },
    "churn_events": {
        "on": "churn_date date cancelled_on cancellation_date churned_at lost_on churned_on",
        "reason": "reason_code churn_reason cancellation_reason",
        "competitor": "lost_to switched_to",
        "comment": "feedback_text feedback note notes text comments",
        "churn_kind": "churn_type",
    },
    "scores": {
        "day": "date scored_on at",
        "name": "scorecard tool score_name",
        "score": "health health_score value rating",
    },
    "costs": {"month": "date period", "kind": "type category", "amount": "cost value spend"},
    "fx_rates": {"day": "date", "currency": "from from_currency", "rate": "fx_rate value exchange_rate"},
}

# What a name says by itself of how a customer ended: shown, and in no score.
OUTCOMES: Final = ("churn", "lost", "cancel", "left")
