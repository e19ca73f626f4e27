//! Use cases: one public function is one action is one transaction. The only room that knows SQL; it knows no HTTP.
