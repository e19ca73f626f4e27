-- A scanned page that was added by mistake is void from then on, with who said so and why; the page itself stays (docs/adr/0022-case-papers.md).

create table case_scan_void (
    county text not null,
    scan text not null,
    why text not null,
    by_account text not null,
    at text not null,
    primary key (county, scan)
);
