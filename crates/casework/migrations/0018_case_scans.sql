-- Scanned pages of a case (docs/adr/0022-case-papers.md): receipts that were signed, certificates, photographs; only ever added.

create table case_scan (
    county text not null,
    id text not null,
    case_id text not null,
    paper text,                      -- the paper that it belongs to, such as the one that was served; null: the case itself
    title_sealed bytea not null,
    image_sealed bytea not null,     -- a JPEG without anything but its picture
    bytes bigint not null,           -- of the picture
    twin text not null,              -- keyed digest of the picture: the same sent twice is one
    by_account text not null,
    by_unit text not null,
    at text not null,
    primary key (county, id)
);
create unique index case_scan_twin on case_scan (county, case_id, twin);
create index case_scan_case on case_scan (county, case_id, at, id);
