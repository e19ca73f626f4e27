-- 文书: what a paper says is kept as it was when the act was done; what was made of it, with its digest. 保护线索, apart.

-- The facts that the written report was made from; null for a report made before this migration.
alter table report add column facts_sealed bytea;

-- Each distinct file that was made of a paper: again the same bytes, no second row; each making is in the record.
create table paper (
    county text not null,
    id text not null,
    kind text not null,              -- the plan's key: suspect_report
    subject text not null,           -- of what: id of the report
    child text not null,
    number text not null,            -- 发文字号 as it stands in the paper
    form text not null,              -- pdf | docx
    sha256 text not null,
    bytes bigint not null,
    masked bigint not null,          -- 1: made for somebody who does not see the child whole
    by_account text not null,        -- who made it first
    at text not null,
    primary key (county, id)
);
create unique index paper_file on paper (county, kind, subject, form, sha256);
create index paper_child on paper (county, child, at);
create index paper_digest on paper (county, sha256);

-- 保护线索 (强制报告): apart from the child's file; which signs, what was seen and who reported are sealed.
create table safeguard (
    county text not null,
    id text not null,
    child text not null,
    what_sealed bytea not null,      -- signs and words
    by_sealed bytea not null,        -- who reported
    at text not null,
    primary key (county, id)
);

-- Each unit that receives it, with its clock.
create table safeguard_hop (
    county text not null,
    safeguard text not null,
    unit text not null,
    role text not null,              -- rules::access::Role of who receives for the unit
    due_at text not null,
    received_by text,
    received_at text,
    done_sealed bytea,               -- what was done
    escalated_at text,               -- when the other receivers were told that it had not
    primary key (county, safeguard, unit)
);
create index safeguard_hop_unit on safeguard_hop (county, unit, received_at);
create index safeguard_hop_due on safeguard_hop (county, due_at) where received_at is null;
