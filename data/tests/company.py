# ruff: noqa: E501
"""A small company in every file of the folder, for tests that load all of it."""

from typing import Final

FILES: Final[dict[str, str]] = {
    "customers": """customer_id,name,domain,industry,country,employees,stage,created_on,language,time_zone,parent_id,tier
0,Acme,acme.example,Logistics,DE,120,live,2025-01-01,de,Europe/Berlin,,gold
B,Brix,,Retail,US,15,live,2025-02-01,en,,0,silver
C,"Cube, Inc.",,Retail,FR,,onboarding,2025-03-10,fr,,,
""",
    "contacts": """contact_id,customer_id,name,email,role,left_on
P1,0,Ana,ana@acme.example,champion,2025-10-01
P2,0,Ben,ben@acme.example,decision_maker,
P3,B,Cleo,cleo@brix.example,champion,
""",
    "subscriptions": """subscription_id,customer_id,plan,interval,quantity,amount,currency,starts_on,ends_on,trial_ends_on,cancelled_on,churn_kind,reason,term_ends_on,auto_renews,notice_days,uplift
S1,0,Gold,year,10,12000,USD,2025-01-01,2025-09-01,,,,,2026-01-01,yes,30,0.05
S1,0,Gold,year,14,16800,USD,2025-09-01,,,,,,2026-09-01,yes,30,0.05
S2,B,Silver,month,5,100,EUR,2025-02-01,2025-11-01,2025-02-15,2025-10-12,voluntary,price,,,,
S3,C,Silver,quarter,1,90,USD,2025-03-10,,,,,,,,,
""",
    "fx_rates": """day,currency,rate
2025-02-10,EUR,1.04
2025-02-15,EUR,1.05
2025-10-30,EUR,1.16
2025-11-01,EUR,1.17
""",
    "invoices": """invoice_id,customer_id,subscription_id,issued_on,due_on,amount,currency,status,paid_on,failed_attempts
I1,0,S1,2025-01-01,2025-01-15,12000,USD,paid,2025-01-20,1
I2,B,S2,2025-10-01,2025-10-08,100,EUR,open,,2
I3,C,S3,2025-09-10,2025-09-24,90,USD,open,,
""",
    "features": """feature,label,kind
board,Board,core
chat,Chat,sticky
""",
    "usage": """customer_id,day,feature,events,person,errors
0,2025-09-01,board,5,ana,0
0,2025-09-01,board,3,ben,1
0,2025-09-02,chat,2,ana,0
B,2025-09-01,board,9,cleo,0
B,2025-09-20,mail,1,,0
C,2025-09-03,board,1,dan,0
""",
    "tickets": """ticket_id,customer_id,opened_at,closed_at,kind,priority,first_response_minutes,escalated,satisfaction
T1,0,2025-08-20T08:00:00Z,2025-09-02T09:30:00Z,bug,high,12,yes,4
T2,B,2025-09-05,,question,low,30,no,
""",
    "touchpoints": """customer_id,at,kind,two_way,by_email,contact_id,text
0,2025-08-01T10:00:00Z,call,yes,sam@ours.example,P1,"Went well, they said"
B,2025-09-10T10:00:00Z,mail,no,,P3,
""",
    "responses": """survey,contact_id,customer_id,sent_at,answered_at,score,comment
NPS,P1,0,2025-06-01T09:00:00Z,2025-06-03T10:00:00Z,9,Good
NPS,P3,B,2025-06-01T09:00:00Z,2025-10-02T10:00:00Z,4,Dear
NPS,P2,0,2025-06-01T09:00:00Z,,,
""",
    "churn_events": """customer_id,on,reason,competitor,comment,churn_kind
B,2025-10-12,price,Rival,Too dear,voluntary
""",
    "costs": """month,kind,amount,currency
2025-01,acquisition,5000,USD
2025-02,service,700.50,USD
""",
    "scores": """customer_id,day,name,score
0,2025-09-01,Old tool,80
B,2025-09-01,Old tool,35.5
""",
}

BYTES: Final = {name: text.encode() for name, text in FILES.items()}
