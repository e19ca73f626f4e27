-- 联席会议, 五(二), and who does what, 四 (docs/adr/0029-conference.md): meetings with their agenda, minutes and decisions; proofs of duties;
-- the library of plans. No row names a child.

create table meeting (
    county text not null,
    id text not null,
    year bigint not null,
    number bigint not null,          -- 〔2026〕3号, without a gap
    matter text not null,            -- why it was called beside the quarter; empty for the quarter's own
    day text not null,               -- for when it was called
    hour text not null,              -- 09:00
    place text not null,
    state text not null,             -- rules::conference::Stand
    called_by text not null,
    called_at text not null,
    fixed_by text,
    fixed_at text,
    agenda text,                     -- the paper as it was when the agenda was fixed
    held_day text,
    chair text,
    attended text,
    minutes text,
    held_by text,
    held_at text,
    closed_by text,
    closed_at text,
    signed text,                     -- the minutes as a paper, as they were when they became final
    primary key (county, id)
);
create unique index meeting_number on meeting (county, year, number);
create index meeting_day on meeting (county, day, id);

-- The agenda as it was fixed; before that what the office adds by hand.
create table meeting_item (
    county text not null,
    meeting text not null,
    seq bigint not null,
    topic text not null,             -- rules::conference::Topic
    unit text not null,              -- whose turn it is; empty: nobody's alone
    words text not null,
    many bigint,                     -- how many; null where it is no count, or may not be told
    about text not null,             -- id of the task, clause of the measure
    by_account text not null,
    at text not null,
    primary key (county, meeting, seq)
);

-- What was decided: a task from the moment at which the minutes are final.
create table meeting_task (
    county text not null,
    id text not null,
    meeting text not null,
    seq bigint not null,
    unit text not null,
    words text not null,
    proof text not null,             -- what shows that it is done
    due_day text not null,
    state text not null,             -- rules::conference::TaskStand
    made_by text not null,
    made_at text not null,
    begun_at text,                   -- when the minutes became final
    dropped_at text,                 -- taken out again before that
    reminded_at text,
    primary key (county, id)
);
create unique index meeting_task_place on meeting_task (county, meeting, seq);
create index meeting_task_unit on meeting_task (county, unit, state, due_day, id);
create index meeting_task_state on meeting_task (county, state, due_day, id);

-- What happened to a task; only ever added.
create table meeting_task_act (
    county text not null,
    task text not null,
    seq bigint not null,
    kind text not null,              -- rules::conference::TaskAct
    words text not null,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, task, seq)
);

-- Files that were made of agenda and minutes, each distinct one once.
create table meeting_paper (
    county text not null,
    id text not null,
    meeting text not null,
    kind text not null,              -- agenda | minutes
    form text not null,              -- pdf | docx
    sha256 text not null,
    bytes bigint not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index meeting_paper_file on meeting_paper (county, meeting, kind, form, sha256);

-- What a unit has done for a duty of 四 or a measure of 五; only ever added.
create table duty_proof (
    county text not null,
    id text not null,
    clause text not null,
    unit text not null,
    words text not null,
    on_day text,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create index duty_proof_clause on duty_proof (county, clause, unit, at);

-- 一县一案, 一校一案: a document, and its versions, of which none is ever changed.
create table plan_document (
    county text not null,
    id text not null,
    level text not null,             -- county | township | school
    unit text not null,              -- whose it is
    title text not null,
    made_by text not null,
    made_at text not null,
    primary key (county, id)
);
create unique index plan_document_title on plan_document (county, unit, title);

create table plan_version (
    county text not null,
    document text not null,
    version bigint not null,         -- 1, 2, 3 ...
    words text not null,             -- the text, or what the file is
    why text not null,               -- what is new
    file text,                       -- id of the file; null: the text is all
    file_name text not null,
    sha256 text not null,            -- of the file, else of the text
    bytes bigint not null,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, document, version)
);
