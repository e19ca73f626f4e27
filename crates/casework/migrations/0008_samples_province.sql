-- 抽样考勤 beside the register; 省系统考勤: what the provincial system put out, day by day, and where it differs from what was called
-- here (docs/adr/0017-provincial-attendance.md).

create index sample_class_counted on sample_class (county, class) where counted_by is not null;

-- Where a school's marks come from: here | province; null, before anybody said, for here.
alter table calling add column source text;

-- Where a sheet came from: null for one that was called here. One whose export was taken back stays, and counts no longer.
alter table sheet add column source text;            -- province
alter table sheet add column taken_back_at text;

-- One file that the provincial system put out.
create table province_export (
    county text not null,
    id text not null,
    unit text not null,              -- of the post on which it was handed in
    title text not null,
    hash text not null,              -- SHA-256 of the file
    state text not null,             -- ready | applying | applied | undone | dropped
    row_count bigint not null,
    rejected bigint not null,
    errors text,                     -- file with the rows to correct
    by_account text not null,
    made_at text not null,
    applied_at text,
    undone_at text,
    kept bigint not null,            -- sheets that were not taken back, since they were corrected
    primary key (county, id)
);
create unique index province_export_hash on province_export (county, unit, hash) where state in ('ready', 'applying', 'applied');

-- What it says of one class on one day. As of a sheet, only who is not simply there has a mark; whom it does not name has one
-- with an empty kind.
create table province_day (
    county text not null,
    export text not null,
    number bigint not null,
    class text not null,
    school text not null,
    day text not null,
    roll_at text not null,
    size bigint not null,            -- pupils that it names
    missing bigint not null,         -- of them not there
    source text not null,            -- of the school: here | province
    sheet text,                      -- the sheet that it became
    applied_at text,
    primary key (county, export, number)
);
create index province_day_class on province_day (county, class, day);
create index province_day_school on province_day (county, school, day);
create table province_mark (
    county text not null,
    export text not null,
    number bigint not null,
    child text not null,
    kind text not null,              -- rules::attendance::Kind; empty for a pupil whom it does not name
    reason text not null,
    primary key (county, export, number, child)
);

-- Where the two say different things about a pupil and a day: made from sheets and exports, and made anew when one of them
-- changes.
create table province_difference (
    county text not null,
    child text not null,
    day text not null,
    class text not null,
    school text not null,
    here text not null,              -- rules::attendance::Stood
    there text not null,
    kind text not null,              -- the mark of the province, empty for none
    state text not null,             -- open | ours
    primary key (county, child, day)
);
create index province_difference_school on province_difference (county, school, state, day);
create index province_difference_class on province_difference (county, class, day);

-- What was decided about one.
create table province_decision (
    county text not null,
    id text not null,
    child text not null,
    day text not null,
    here text not null,
    there text not null,
    how text not null,               -- ours | theirs
    why_sealed bytea not null,
    sheet text,                      -- the first sheet that corrects
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index province_decision_child on province_decision (county, child, day, at);
