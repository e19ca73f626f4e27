-- Scanned papers of several pages, and the second look at what was made void (docs/adr/0022-case-papers.md); only ever added. And what the pages of
-- cases are read by: what has ended, what is in one state, who is taught at home.

create table case_scan_sheet (
    county text not null,
    scan text not null,              -- the page
    first text not null,             -- the first page of the same paper, which may be itself
    sheet bigint not null,           -- 1, 2, 3 …
    sheets bigint not null,          -- how many there are
    primary key (county, scan)
);
create index case_scan_sheet_first on case_scan_sheet (county, first, sheet);

create table case_scan_look (
    county text not null,
    scan text not null,              -- the first page of what is void
    by_account text not null,        -- another one than who made it void
    at text not null,
    primary key (county, scan)
);

create index child_case_ended on child_case (county, ended_at, id) where ended_at is not null;
create index child_case_state on child_case (county, state, due_at, id) where ended_at is null;
create index child_case_state_ended on child_case (county, state, ended_at, id) where ended_at is not null;
create index case_event_home on case_event (county, case_id) where kind = 'place' and code = 'home_teaching';
