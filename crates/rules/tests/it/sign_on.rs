//! 统一登录: the platform's second factor counts when the office's list says so, and never else (hazard C05).

use rules::sign_on::Factors;

fn check(list: &str, acr: Option<&str>, amr: &[&str], expected: bool) {
    let amr: Vec<String> = amr.iter().map(|one| (*one).to_owned()).collect();
    let factors = Factors::parse(list).expect(list);
    assert_eq!(factors.counts(acr, &amr), expected, "{list:?} {acr:?} {amr:?}");
    assert_eq!(Factors::parse(&factors.to_string()), Ok(factors), "{list:?}");
}

#[test]
fn what_counts_as_a_second_factor() {
    check("", Some("urn:loa:3"), &["mfa", "otp", "hwk"], false);
    check("amr=mfa", None, &[], false);
    check("amr=mfa", None, &["pwd"], false);
    check("amr=mfa", None, &["pwd", "mfa"], true);
    check("amr=mfa", Some("mfa"), &[], false);
    check("acr=urn:loa:2, amr=otp", Some("urn:loa:2"), &["pwd"], true);
    check("acr=urn:loa:2\namr=otp", Some("urn:loa:20"), &["OTP"], false);
    check("acr=a=b", Some("a=b"), &[], true);
    for wrong in ["mfa", "amr=", "sub=x", "amr=多因素", "=mfa"] {
        let said = Factors::parse(wrong).expect_err(wrong).to_string();
        assert!(said.contains("amr=mfa"), "{said}");
    }
}
