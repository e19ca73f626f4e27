-- Choosing lists and running the comparison from the pages: which files a campaign compares, what a run was made of, what
-- it wrote and what changed.

-- It was never written to; a list that was replaced stays a fact now.
drop table campaign_list;
create table campaign_list (
    county text not null,
    id text not null,
    campaign text not null,
    slot text not null,              -- household roll present poverty, or the name of a further list
    kind text not null,              -- rules::plan::ListKind key by which it is read
    file text not null,
    hash text not null,
    title text not null,             -- the file's name
    source text not null,            -- upload | import | list | ledger
    import text,                     -- the import that it was taken from
    as_of text not null,             -- the day that it describes
    row_count bigint not null,
    flawed bigint not null,          -- rows to correct
    problems text not null,          -- what is wrong with them, a line each, the commonest first
    unknown_columns text not null,   -- headings that the plan does not know, a line each
    errors text,                     -- file: the workbook of rows to correct
    by_account text not null,
    made_at text not null,
    dropped_at text,                 -- taken out of its slot, or replaced
    primary key (county, id)
);
create unique index campaign_list_slot on campaign_list (county, campaign, slot) where dropped_at is null;
create index campaign_list_kind on campaign_list (county, kind, made_at);
create index campaign_list_file on campaign_list (county, file);
create index campaign_list_import on campaign_list (county, import);

-- What a run compared, in the order in which the lists are read
create table comparison_list (
    county text not null, comparison text not null, list text not null, sort bigint not null,
    primary key (county, comparison, list)
);
-- What a run wrote for people and programs
create table comparison_file (
    county text not null, comparison text not null, name text not null, file text not null,
    primary key (county, comparison, name)
);
-- What came of a run, by kind of finding
create table comparison_count (
    county text not null,
    comparison text not null,
    kind text not null,              -- rules::plan::FindingKind key
    found bigint not null,
    fresh bigint not null,           -- not found before in this campaign
    remembered bigint not null,      -- of the fresh ones: decided in an earlier campaign
    back bigint not null,            -- found again after they were gone
    gone bigint not null,            -- open ones that are no longer found
    primary key (county, comparison, kind)
);
-- Findings of the campaign that a run under way has found again; empty when it is over
create table comparison_seen (
    county text not null,
    comparison text not null,
    finding text not null,
    score bigint not null,
    reason text not null,
    primary key (county, comparison, finding)
);

alter table comparison add column inputs text;   -- slots and hashes of the lists: the same question is asked once
alter table comparison add column stage text;    -- what is being done, in words
create unique index comparison_active on comparison (county, campaign) where state = 'queued' or state = 'running';

alter table finding add column found_in text;    -- the run that found it first
alter table finding add column gone_in text;     -- the run that last found it no more
alter table finding add column back_in text;     -- the run that last found it again
