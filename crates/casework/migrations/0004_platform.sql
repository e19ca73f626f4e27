-- 上级平台: the twin record that a child has in a platform of province or state, and what differs from its own list;
-- 代码表: the county's own codes as versions

-- Nothing ever wrote into these two.
drop table platform_entry;
drop table code_entry;

-- One record in one platform. A projection of platform_event; a merge of files moves it with the child.
create table platform_entry (
    county text not null,
    id text not null,
    platform text not null,          -- rules::plan::Platform key
    child text not null,
    number text not null,            -- the platform's own; empty until it is known
    state text not null,             -- entered | closed | withdrawn
    entered_day text not null,
    version bigint not null,
    changed_at text not null,
    primary key (county, id)
);
create unique index platform_number on platform_entry (county, platform, number) where number <> '' and state <> 'withdrawn';
create index platform_entry_number on platform_entry (county, number);
create index platform_entry_child on platform_entry (county, child, platform);
create table platform_event (
    county text not null,
    id text not null,
    entry text not null,
    kind text not null,              -- entered | numbered | closed | reopened | withdrawn
    number text not null,
    day text not null,
    why text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index platform_event_entry on platform_event (county, entry, at);

-- A list that a platform put out, compared with ours
create table platform_check (
    county text not null,
    id text not null,
    platform text not null,
    unit text not null,              -- whose check it is
    title text not null,
    hash text not null,              -- SHA-256 of the file
    row_count bigint not null,
    rejected bigint not null,
    differs bigint not null,         -- found in this check
    by_account text not null,
    made_at text not null,
    primary key (county, id)
);
create index platform_check_unit on platform_check (county, platform, unit, made_at);
create table platform_difference (
    county text not null,
    id text not null,
    platform text not null,
    unit text not null,
    last_check text not null,        -- the check that last found it
    kind text not null,              -- only_here | only_there | number | state | person | twice
    same_as text not null,           -- keyed hash of what differs: the same difference next week
    child text,
    name text not null,
    id_masked text not null,
    here text not null,
    there text not null,
    number text not null,            -- the platform's
    state text not null,             -- open | sent | decided | gone
    decision text,
    sent_to text,                    -- unit
    changed_at text not null,
    version bigint not null,
    primary key (county, id)
);
create unique index platform_difference_same on platform_difference (county, platform, unit, same_as);
create index platform_difference_state on platform_difference (county, platform, unit, state, kind, id);
create index platform_difference_sent on platform_difference (county, sent_to, state);
create table platform_difference_event (
    county text not null,
    id text not null,
    difference text not null,
    kind text not null,              -- found | sent | decided | gone
    value text not null,
    note_sealed bytea,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index platform_difference_event_of on platform_difference_event (county, difference, at);

-- A code of one of the county's own tables, as it is from a day on; the plan's own words are what holds before any
create table code_version (
    county text not null,
    id text not null,
    list text not null,              -- rules::county_codes::CountyTable
    code text not null,
    number bigint not null,          -- of the code's versions, from 1
    label text not null,
    basis text not null,
    from_day text not null,
    until_day text,                  -- last day on which it may be chosen
    why text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index code_version_number on code_version (county, list, code, number);

-- Who is looked for, without walking the whole county
create index child_standing on child (county, standing, spelling, id);
