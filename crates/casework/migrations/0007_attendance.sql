-- 考勤, 五(九): what was called, by whom and when, and what the clock made of it (docs/adr/0014-attendance-register.md).

-- One submission about a class, a day and a part of it; or about one child of it. Only ever added; its id is the client's.
create table sheet (
    county text not null,
    id text not null,
    class text not null,
    school text not null,
    day text not null,
    part text not null,              -- rules::attendance::Part
    child text,                      -- of a correction that is about one child
    corrects text not null,          -- ids of the sheets that it corrects, blanks between
    roll_at text not null,           -- the moment of the roll that was called
    late bigint not null,            -- 1: entered after the day
    size bigint not null,            -- pupils that it covers
    missing bigint not null,         -- of them not there
    why_sealed bytea,                -- why it corrects, after the day
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index sheet_class on sheet (county, class, day, part);
create index sheet_school on sheet (county, school, day);
create index sheet_day on sheet (county, day);

-- Who was not simply there. Of 晚点名, and of a sheet about one child, everybody that it covers.
create table mark (
    county text not null,
    sheet text not null,
    child text not null,
    day text not null,
    kind text not null,              -- rules::attendance::Kind
    reason text not null,            -- rules::attendance::Reason, empty for none
    primary key (county, sheet, child)
);
create index mark_child on mark (county, child, day);

-- Derived: absence as it stood at an evening, for each evening on which it changed; nought on the day of coming back.
-- casework::attendance::recount makes it anew from the facts.
create table clock (
    county text not null,
    child text not null,
    day text not null,
    away bigint not null,            -- the fields of rules::attendance::Clock
    since_day text,
    last text not null,
    suspected_day text,
    excused bigint not null,
    told bigint not null,
    unknown bigint not null,
    open bigint not null,            -- 1: the child's last row, and it is away
    primary key (county, child, day)
);
create unique index clock_open on clock (county, child) where open = 1;

-- Which parts of a day a school calls; the latest row holds.
create table calling (
    county text not null,
    school text not null,
    at text not null,
    parts text not null,             -- whole | morning afternoon
    evenings text not null,          -- none | nights | returns: 晚点名 every school night, or on the eve of school alone
    by_account text not null,
    primary key (county, school, at)
);

-- A day that is otherwise than the calendar says; of two about one day and school the later holds.
create table school_day (
    county text not null,
    id text not null,
    school text,                     -- null: every school of the county
    day text not null,
    lessons bigint not null,
    why text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index school_day_day on school_day (county, day, at);

-- 请假
create table leave (
    county text not null,
    id text not null,
    child text not null,
    kind text not null,              -- sick | personal
    from_day text not null,
    until_day text not null,         -- the last day of it
    state text not null,             -- asked | approved | refused
    why_sealed bytea,
    asked_by text not null,
    asked_at text not null,
    answered_by text,
    answered_at text,
    answer text not null,
    ended_day text,                  -- 销假: the last day after all
    ended_by text,
    ended_at text,
    primary key (county, id)
);
create index leave_child on leave (county, child, until_day);
create index leave_state on leave (county, state, asked_at);

-- 疑似辍学学生台账 by attendance: why a child no longer stands there, and what the clock said when it came onto it
alter table suspected add column cleared_why text;   -- returned | corrected
alter table suspected add column said text;
create index suspected_child on suspected (county, child, since_day);
alter table suspected add column climbed_at text;    -- no head had reported it in time, and the bureau was told

-- 联系家长、家访
create table contact (
    county text not null,
    id text not null,
    child text not null,
    day text not null,
    way text not null,               -- rules::attendance::Way
    outcome text not null,           -- rules::attendance::Outcome
    answered text not null,          -- rules::attendance::Answered, empty for nobody
    reason text not null,            -- rules::attendance::Reason
    whereabouts text not null,       -- the plan's code, empty while not known
    next_day text,
    promised_day text,
    note_sealed bytea,
    by_account text not null,
    unit text not null,              -- of the post on which it was done
    at text not null,
    primary key (county, id)
);
create index contact_child on contact (county, child, at);

-- 书面报告: numbered by school and year without a gap
create table report (
    county text not null,
    id text not null,
    school text not null,
    year bigint not null,
    number bigint not null,
    child text not null,
    suspected text not null,
    whereabouts text not null,       -- the plan's code
    cause text not null,             -- the plan's code
    evidence_sealed bytea not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index report_number on report (county, school, year, number);
create unique index report_suspected on report (county, suspected);
create index report_child on report (county, child, at);

create table report_counter (
    county text not null, school text not null, year bigint not null, last bigint not null,
    primary key (county, school, year)
);

create table report_hop (
    county text not null,
    report text not null,
    unit text not null,
    line text not null,              -- bureau | township
    deadline text not null,          -- the plan's key of what must be done next
    due_at text not null,
    received_by text,
    received_at text,
    escalated_at text,
    primary key (county, report, unit)
);
create index report_hop_due on report_hop (county, due_at) where received_at is null;

-- 抽样考勤: the whole pool in the order of the draw, so that it can be drawn again
create table sample (
    county text not null,
    id text not null,
    school text,                     -- null: drawn from the whole county
    day text not null,
    seed text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create table sample_class (
    county text not null,
    sample text not null,
    class text not null,
    rank bigint not null,
    drawn bigint not null,
    counted_by text,
    counted_at text,
    there bigint not null,
    primary key (county, sample, class)
);
create table sample_child (
    county text not null, sample text not null, class text not null, child text not null, there bigint not null,
    primary key (county, sample, class, child)
);
