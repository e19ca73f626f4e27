-- 四步法文书 (docs/adr/0022-case-papers.md): papers of a case with number, seal and service; what happens at court; 卷宗; 处罚依据.

create table case_paper (
    county text not null,
    id text not null,
    case_id text not null,
    kind text not null,              -- rules::case::paper::PaperKind
    organ text not null,             -- the unit that makes it
    year bigint not null,
    number bigint not null,          -- without a gap for each kind, unit and year
    word text not null,              -- 发文字号 as it stands in the paper
    day text not null,               -- 成文日期
    until_day text,                  -- the term that it gives
    about text,                      -- 送达回证: the paper that was served
    mode text not null,              -- 送达回证: rules::case::service::Mode; empty elsewhere
    served_day text,                 -- 送达回证: the day on which it counts as served
    said_sealed bytea not null,      -- what was filled in, and the paper as it stands
    twin text not null,              -- keyed digest of what was filled in: the same sent twice is one paper
    code text not null,              -- authentication code over number and content, in the paper's QR code
    made_by text not null,
    made_at text not null,
    stamped_by text,
    stamped_at text,                 -- 盖章; null: 待盖章
    primary key (county, id)
);
create unique index case_paper_number on case_paper (county, kind, organ, year, number);
create unique index case_paper_twin on case_paper (county, case_id, twin);
create unique index case_paper_code on case_paper (county, code);
create index case_paper_case on case_paper (county, case_id, made_at, id);

-- Hearing, review, court, enforcement: dated entries, only ever added.
create table case_track (
    county text not null,
    id text not null,
    case_id text not null,
    kind text not null,              -- rules::case::paper::Track
    on_day text not null,
    words_sealed bytea not null,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, id)
);
create index case_track_case on case_track (county, case_id, on_day, at, id);

-- The number of a 卷宗, taken when it is made first.
create table case_file (
    county text not null,
    case_id text not null,
    year bigint not null,
    number bigint not null,
    primary key (county, case_id)
);
create unique index case_file_number on case_file (county, year, number);

-- 处罚依据: registered by one, reviewed by another (行政处罚法第五十八条); a new one takes the place of what was before.
create table penalty_ground (
    county text not null,
    id text not null,
    norm text not null,              -- rules::case::penalty::Norm
    article text not null,
    organ text not null,             -- rules::case::penalty::Organ
    delegation text not null,
    registered_by text not null,
    registered_at text not null,
    review text not null,            -- empty: not reviewed
    reviewed_by text,
    reviewed_at text,
    ended_by text,
    ended_at text,
    primary key (county, id)
);
create index penalty_ground_now on penalty_ground (county, registered_at, id);
