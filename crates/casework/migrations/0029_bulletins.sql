-- 通报 and 问责, 五(七), 六(四) (docs/adr/0036-bulletins.md): what is said of which unit, on what it rests, what the unit said to it, who approved
-- it; and the file of accountability. No row names a child, and none holds a mark.

create table bulletin (
    county text not null,
    id text not null,
    issuer text not null,            -- unit
    by_kind text not null,           -- rules::bulletin::Issuer
    kind text not null,              -- rules::bulletin::Kind
    amends text,                     -- the issued bulletin that this one corrects or withdraws
    title text not null,
    opening text not null,           -- why now
    ask text not null,               -- what is asked of the units
    state text not null,             -- rules::bulletin::Stand
    made_by text not null,
    made_at text not null,
    sent_by text,
    sent_at text,
    reply_due text,                  -- a moment
    approved_by text,
    approved_at text,
    public bigint not null,          -- 1: approved for everybody, too
    year bigint,
    number bigint,                   -- without a gap, by issuer and year
    word text not null,              -- 发文字号; empty until it is issued
    issued_by text,
    issued_at text,
    primary key (county, id)
);
create index bulletin_state on bulletin (county, state, made_at, id);
create index bulletin_issuer on bulletin (county, issuer, made_at, id);
create unique index bulletin_number on bulletin (county, issuer, year, number);
create index bulletin_amends on bulletin (county, amends);

create table bulletin_point (
    county text not null,
    bulletin text not null,
    seq bigint not null,
    unit text not null,
    words text not null,
    state text not null,             -- rules::bulletin::PointStand
    by_account text not null,
    at text not null,
    reply text not null,             -- what the unit said, to the letter
    replied_by text,
    replied_at text,
    withdrawn_why text not null,
    primary key (county, bulletin, seq)
);
create index bulletin_point_unit on bulletin_point (county, unit, bulletin);

-- What was on record when the point was written.
create table bulletin_evidence (
    county text not null,
    bulletin text not null,
    point bigint not null,
    seq bigint not null,
    source text not null,            -- rules::bulletin::Source
    ref text not null,
    facts text not null,
    primary key (county, bulletin, point, seq)
);

create table bulletin_act (
    county text not null,
    bulletin text not null,
    seq bigint not null,
    kind text not null,              -- rules::bulletin::Act
    words text not null,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, bulletin, seq)
);

create table accountability (
    county text not null,
    id text not null,
    unit text not null,
    post text not null,              -- the post that answers for it, in words; empty: the unit alone
    origin text not null,            -- rules::accountability::Origin
    facts text not null,
    ground text not null,            -- code of rules::accountability::GROUNDS
    article text not null,           -- law and article as they were cited
    state text not null,             -- rules::accountability::Stand
    year bigint not null,
    number bigint not null,
    word text not null,
    opened_by text not null,
    opened_at text not null,
    statement_due text not null,
    measure text,                    -- rules::accountability::Measure
    organ text not null,             -- the competent body that decided
    decided_by text,
    decided_at text,
    mend_day text,
    closed_at text,
    primary key (county, id)
);
create index accountability_unit on accountability (county, unit, state, opened_at);
create unique index accountability_number on accountability (county, year, number);
create unique index accountability_open on accountability (county, unit, origin) where closed_at is null;

create table accountability_act (
    county text not null,
    file text not null,
    seq bigint not null,
    kind text not null,              -- rules::accountability::Act
    words_sealed bytea,
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, file, seq)
);

-- Papers of both as they were made; what they say is sealed, the code binds number and content.
create table oversight_paper (
    county text not null,
    id text not null,
    kind text not null,              -- bulletin | notice
    subject text not null,
    word text not null,
    said_sealed bytea not null,
    code text not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index oversight_paper_of on oversight_paper (county, kind, subject);
create index oversight_paper_code on oversight_paper (county, code);

-- Files that were made of them, each distinct one once.
create table oversight_file (
    county text not null,
    id text not null,
    paper text not null,
    form text not null,              -- pdf | docx
    sha256 text not null,
    bytes bigint not null,
    by_account text not null,
    at text not null,
    primary key (county, id)
);
create unique index oversight_file_digest on oversight_file (county, paper, form, sha256);
