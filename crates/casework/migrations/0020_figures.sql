-- 指标 (docs/adr/0027-figures.md): what the night counted, and of each child and matter how it counted from which snapshot until which, so
-- that every number is a sum over rows and two snapshots differ child by child. Derived from the ledger, the cases and the registers.

create table figure_snapshot (
    county text not null,
    number bigint not null,          -- 1, 2, 3 ...; written last, when everything of it stands
    day text not null,
    taken_at text not null,
    version bigint not null,         -- of the definitions: rules::figures::VERSION
    primary key (county, number)
);
-- 冻结: a snapshot that somebody reported; nothing of it is ever taken away.
create table figure_freeze (
    county text not null,
    snapshot bigint not null,
    label text not null,             -- 月报 2026-11
    digest text not null,            -- authentication code over its numbers and rows
    by_account text not null,
    at text not null,
    primary key (county, snapshot)
);
create unique index figure_freeze_label on figure_freeze (county, label);

create table figure_value (
    county text not null,
    snapshot bigint not null,
    figure text not null,            -- rules::figures::Figure
    unit text not null,
    kind text not null,              -- county | township | village | school
    ins bigint not null,             -- rules::figures::Counts
    outs bigint not null,
    apart bigint not null,
    primary key (county, snapshot, figure, unit)
);
-- What the leader's page draws beside the figures: causes, and days until a return.
create table figure_count (
    county text not null,
    snapshot bigint not null,
    unit text not null,
    kind text not null,              -- cause | back | left
    code text not null,              -- cause of the plan, or days, four digits
    number bigint not null,
    primary key (county, snapshot, unit, kind, code)
);

-- How a child or matter counts, from a snapshot on until before another.
create table figure_member (
    county text not null,
    basis text not null,             -- rules::figures::Basis
    ref text not null,               -- the child, or the matter's own id
    from_number bigint not null,
    until_number bigint not null,    -- 9000000000: it still counts so
    child text not null,
    marks text not null,             -- a rules::figures::Mark for each figure of the basis
    why text not null,               -- rules::standing::Standing, rules::figures::Why
    township text,
    village text,
    school text,
    spelling text not null,
    listed bigint not null,          -- 1: some figure lists it by name
    primary key (county, basis, ref, from_number)
);
create index figure_member_listed on figure_member (county, basis, until_number, township) where listed = 1;
create index figure_member_from on figure_member (county, basis, from_number);
create index figure_member_until on figure_member (county, basis, until_number) where until_number < 9000000000;

-- Who was in the first grade of a school year: the cohort whose ninth year is eight years later.
create table figure_cohort (
    county text not null,
    year bigint not null,            -- 2018 for 2018-2019
    child text not null,
    source text not null,            -- class: from a roll of the county
    made_at text not null,
    primary key (county, year, child)
);

-- 年报: numbers entered by hand, only ever added; of one figure and year the latest holds.
create table figure_entry (
    county text not null,
    id text not null,
    figure text not null,
    school_year bigint not null,
    part bigint not null,
    whole bigint not null,
    source text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index figure_entry_year on figure_entry (county, figure, school_year, at);
