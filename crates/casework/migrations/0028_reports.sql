-- 常态化报告, 四个一 (docs/adr/0035-four-reports.md): reports with their versions, what happened to each, the recheck of schools' reports, nudges,
-- and the drawn visits of spring and autumn. What a report says is kept as it was; names stand in no report.

create table regular_report (
    county text not null,
    id text not null,
    kind text not null,              -- rules::regular::Kind
    unit text not null,              -- whose: a school, else the county
    period text not null,            -- rules::regular::Period::code
    version bigint not null,         -- 1, 2 ...: a later one corrects the earlier, which stays
    replaces text,                   -- the version that it corrects
    why text not null,               -- why there is a new version
    state text not null,             -- rules::regular::Stand
    snapshot bigint,                 -- the frozen figures in it; null: there were none
    zero bigint not null,            -- 1: the school has declared that the list of the month is empty
    content text not null,           -- rules::regular::Content, drafted; fixed with the last handing in
    situation text not null,
    problems text not null,
    next_steps text not null,
    due_day text not null,
    made_by text not null,
    made_at text not null,
    first_at text,                   -- when it was first handed in: what counts for in time
    sent_by text,
    sent_at text,
    reviewed_by text,
    reviewed_at text,
    returned_why text not null,
    year bigint,                     -- its number, by kind and year without a gap; null while it is not frozen
    number bigint,
    digest text,                     -- SHA-256 of what is frozen
    code text,                       -- authentication code of the same
    primary key (county, id)
);
create unique index regular_report_version on regular_report (county, kind, unit, period, version);
create unique index regular_report_number on regular_report (county, kind, year, number);
create index regular_report_period on regular_report (county, kind, period, unit, version);
create index regular_report_state on regular_report (county, state, sent_at, id);

-- What happened to it; only ever added.
create table regular_act (
    county text not null,
    report text not null,
    seq bigint not null,
    act text not null,               -- rules::regular::Act
    words text not null,
    by_account text not null,
    at text not null,
    primary key (county, report, seq)
);

-- The children behind a school's numbers when it was handed in: shown by each reader's own scope, in no file of the report. The child of that
-- moment stays; a file that was merged since is followed when it is read.
create table regular_child (
    county text not null,
    report text not null,
    child text not null,
    why text not null,               -- rules::regular::Why
    primary key (county, report, child, why)
);

-- 复核 of a school's report; only ever added, the latest counts.
create table regular_recheck (
    county text not null,
    report text not null,
    seq bigint not null,
    result text not null,            -- rules::regular::Recheck
    words text not null,
    by_account text not null,
    at text not null,
    primary key (county, report, seq)
);

-- 催报: once a day for a school and a month.
create table regular_nudge (
    county text not null,
    unit text not null,
    period text not null,
    day text not null,
    by_account text not null,
    at text not null,
    primary key (county, unit, period, day)
);

-- 进校入户调研: one draw a quarter, with the seed by which it can be drawn again.
create table regular_sample (
    county text not null,
    id text not null,
    period text not null,            -- the quarter
    seed text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index regular_sample_period on regular_sample (county, period);

-- Of schools the whole pool in the order of the draw; of homes those that were drawn, each by the pupil through whom.
create table regular_ticket (
    county text not null,
    sample text not null,
    place text not null,             -- rules::regular::Place
    ref text not null,               -- the school, or the pupil
    school text not null,
    rank bigint not null,
    pool bigint not null,            -- so many were in the pool
    drawn bigint not null,
    primary key (county, sample, place, ref)
);

-- What was seen there; only ever added, the latest counts.
create table regular_visit (
    county text not null,
    sample text not null,
    place text not null,
    ref text not null,
    seq bigint not null,
    day text not null,
    found text not null,             -- rules::regular::Found
    words text not null,
    by_account text not null,
    at text not null,
    primary key (county, sample, place, ref, seq)
);

-- Files that were made of a report, each distinct one once.
create table regular_file (
    county text not null,
    report text not null,
    form text not null,              -- pdf | docx | xlsx
    sha256 text not null,
    bytes bigint not null,
    by_account text not null,
    at text not null,
    primary key (county, report, form, sha256)
);
